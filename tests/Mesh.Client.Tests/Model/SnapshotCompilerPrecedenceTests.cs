namespace Mesh.Client.Tests.Model;

/// <summary>One host declared in several places: one of the declarations is used, together with those that add to it.</summary>
public sealed class SnapshotCompilerPrecedenceTests
{
    [Fact]
    public void Compile_Services_goes_before_an_entry_of_the_same_namespace()
        => Assert.Equal(["10.0.0.1"], Used($$"""
            { "Services": { "a.example": {{Service("10.0.0.1")}} }, "ServiceEntries": { "e": {{Entry("10.0.0.2", created: 1)}} } }
            """));

    [Fact]
    public void Compile_Services_goes_before_an_entry_where_neither_is_of_the_own_namespace()
        => Assert.Equal(["10.0.0.1"], Used($$"""
            { "Services": { "prod/a.example": {{Service("10.0.0.1")}} }, "ServiceEntries": { "test/e": {{Entry("10.0.0.2", created: 1)}} } }
            """));

    [Fact]
    public void Compile_an_entry_of_the_own_namespace_goes_before_Services_of_another()
        => Assert.Equal(["10.0.0.2"], Used($$"""
            { "Services": { "prod/a.example": {{Service("10.0.0.1")}} }, "ServiceEntries": { "e": {{Entry("10.0.0.2")}} } }
            """));

    [Fact]
    public void Compile_an_entry_of_the_own_namespace_goes_before_an_older_one_of_another()
        => Assert.Equal(["10.0.0.2"], Used($$"""
            { "ServiceEntries": { "prod/e": {{Entry("10.0.0.1", created: 1)}}, "e": {{Entry("10.0.0.2", created: 2)}} } }
            """));

    [Fact]
    public void Compile_of_two_entries_the_older_goes_first_whatever_the_order()
        => Assert.Equal(["10.0.0.1", "10.0.0.2"], Used($$"""
            { "ServiceEntries": { "young": {{Entry("10.0.0.2", created: 2)}}, "old": {{Entry("10.0.0.1", created: 1)}} } }
            """));

    private static string[] Used(string section) => Compiled.Addresses(Compiled.Section(section), "a.example");

    private static string Service(string address) => $$"""{ "Endpoints": [ { "Address": "{{address}}" } ] }""";

    private static string Entry(string address, int created = 3)
        => $$"""{ "metadata": { "creationTimestamp": "2026-01-0{{created}}T00:00:00Z" }, "hosts": [ "a.example" ], "resolution": "STATIC", "endpoints": [ { "address": "{{address}}" } ] }""";
}
