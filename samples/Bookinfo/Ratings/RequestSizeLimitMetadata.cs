using Microsoft.AspNetCore.Http.Metadata;

namespace Bookinfo.Ratings;

internal sealed class RequestSizeLimitMetadata(long bytes) : IRequestSizeLimitMetadata
{
    public long? MaxRequestBodySize => bytes;
}
