using System.Diagnostics;
using System.Net;
using Mesh.Client.AspNetCore.Propagation;
using Mesh.Client.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Client.AspNetCore.Tests.Propagation;

public sealed class IncomingContextReaderTests
{
    private static readonly string[] Names = ["end-user", "x-request-id"];

    private readonly DefaultHttpContext _request = new();
    private readonly IHeaderDictionary _headers;

    public IncomingContextReaderTests()
    {
        Activity.Current = null;
        _headers = _request.Request.Headers;
    }

    [Fact]
    public void Read_of_a_request_with_nothing_to_carry_allocates_nothing()
    {
        _headers["Accept"] = "*/*";
        Assert.Null(Read());
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Null(Read());
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData("a\r\nx-admin: 1")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData("a\u007fb")]
    [InlineData("ü")]
    public void Read_drops_values_that_could_break_a_message(string value)
    {
        _headers["end-user"] = value;
        Assert.Null(Read());
    }

    [Fact]
    public void Read_keeps_several_values_apart()
    {
        _headers["end-user"] = new(["jason", "martha"]);
        Assert.Equal(["jason", "martha"], Assert.Single(Read()!.Headers).Value.ToArray());
    }

    [Theory]
    [InlineData("Host")]
    [InlineData("content-length")]
    [InlineData("Transfer-Encoding")]
    [InlineData("traceparent")]
    [InlineData("grpc-timeout")]
    [InlineData("X-Envoy-Expected-Rq-Timeout-Ms")]
    public void Read_never_takes_headers_that_belong_to_one_message(string name)
    {
        _headers[name] = "1";
        Assert.Null(IncomingContextReader.Read(_request, [name], IncomingParts.None, deadline: null, NullLogger.Instance));
    }

    [Fact]
    public void Read_leaves_trace_and_baggage_to_the_activity()
    {
        using var activity = new Activity("server").Start();
        _headers["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        _headers["baggage"] = "a=1";
        Assert.Null(Read());
    }

    [Fact]
    public void Read_ignores_two_traceparents()
    {
        const string one = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        _headers["traceparent"] = new([one, one]);
        Assert.Null(Read());
    }

    [Fact]
    public void Middleware_with_nothing_to_carry_returns_the_task_of_the_next()
    {
        var task = new TaskCompletionSource().Task;
        var middleware = new IncomingContextMiddleware(_ => task, new EditableRules(), TimeProvider.System, NullLogger<IncomingContextMiddleware>.Instance);
        Assert.Same(task, middleware.InvokeAsync(new DefaultHttpContext()));
    }

    [Fact]
    public async Task Middleware_hides_the_context_of_a_request_around_it()
    {
        IncomingContext? seen = new();
        var middleware = new IncomingContextMiddleware(
            _ =>
            {
                seen = IncomingContext.Current;
                return Task.CompletedTask;
            },
            new EditableRules(),
            TimeProvider.System,
            NullLogger<IncomingContextMiddleware>.Instance);
        using var outer = IncomingContext.Begin(new IncomingContext { Baggage = "a=1" }, this);
        await middleware.InvokeAsync(new DefaultHttpContext());
        Assert.Null(seen);
        Assert.NotNull(IncomingContext.Current);
    }

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1")]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    public void Read_keeps_the_address_of_the_sender_where_calls_are_hashed_by_it(string address, string kept)
    {
        _request.Connection.RemoteIpAddress = IPAddress.Parse(address);
        _request.Connection.RemotePort = 1234;

        Assert.Null(Read(IncomingParts.Cookies));
        Assert.Equal(kept, Read(IncomingParts.RemoteAddress)!.RemoteAddress);
    }

    [Fact]
    public void Read_keeps_the_cookies_where_calls_are_hashed_by_one()
    {
        _headers.Cookie = "user=jason";

        Assert.Null(Read(IncomingParts.RemoteAddress));
        var kept = Read(IncomingParts.Cookies)!;
        Assert.Equal("user=jason", kept.Cookies);
        Assert.Empty(kept.Headers);
    }

    private IncomingContext? Read(IncomingParts hashed = IncomingParts.None)
        => IncomingContextReader.Read(_request, Names, hashed, deadline: null, NullLogger.Instance);
}
