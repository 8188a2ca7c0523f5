namespace Bookinfo.ProductPage;

/// <summary>How many extra calls to reviews a page view makes, to show what rate limits do. <c>FLOOD_FACTOR</c>.</summary>
internal sealed record FloodFactor(int Calls);
