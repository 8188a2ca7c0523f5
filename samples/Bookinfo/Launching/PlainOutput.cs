namespace Bookinfo.Launching;

/// <summary>Every line of every service, behind the name of its service.</summary>
internal sealed class PlainOutput(TextWriter console) : IServiceOutput
{
    public void Say(InstanceSpec service, string text) => Write(service.Name, text);

    public void Write(string speaker, string text)
        => console.WriteLine(string.Join(Environment.NewLine, text.Split('\n').Select(line => $"{speaker,-14} | {line.TrimEnd('\r')}")));
}
