namespace Bookinfo.Launching;

/// <summary>Where goes what the services say.</summary>
internal interface IServiceOutput
{
    /// <summary>Takes one entry, of one line or several; called by several threads at once.</summary>
    void Say(InstanceSpec service, string text);
}
