namespace Bookinfo.CommandLine;

/// <summary>Arguments that make no sense; shown together with the usage text.</summary>
internal sealed class UsageException(string message) : Exception(message);
