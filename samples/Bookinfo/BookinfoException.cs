namespace Bookinfo;

/// <summary>Something the person at the console can put right; the message says how, and no stack trace is shown.</summary>
internal sealed class BookinfoException(string message, Exception? inner = null) : Exception(message, inner);
