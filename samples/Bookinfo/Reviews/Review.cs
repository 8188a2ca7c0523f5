namespace Bookinfo.Reviews;

internal sealed record Review(string Reviewer, string Text, Rating? Rating);
