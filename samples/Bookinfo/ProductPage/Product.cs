namespace Bookinfo.ProductPage;

/// <summary>The one book of the shop.</summary>
internal static class Product
{
    public const string Id = "0";

    public const string Title = "The Comedy of Errors";

    /// <summary>HTML of our own, put on the page as it is.</summary>
    public const string DescriptionHtml =
        """
        <a href="https://en.wikipedia.org/wiki/The_Comedy_of_Errors">The Comedy of Errors</a> is among the first plays that <b>William Shakespeare</b> wrote,
        and the shortest of all. Two pairs of identical twins, lost to each other as babies, walk through the same town on the same day without knowing it.
        """;
}
