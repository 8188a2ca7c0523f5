namespace Bookinfo.Hosting;

/// <summary>One of the four services: what it registers and what it answers.</summary>
internal interface IBookinfoService
{
    void AddServices(IServiceCollection services, IConfiguration configuration);

    void Map(WebApplication app);
}
