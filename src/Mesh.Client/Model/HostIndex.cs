using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Mesh.Client.Model;

/// <summary>Hosts by the names callers write, without regard to the case of ASCII letters (others do not occur in what <see cref="Uri.IdnHost"/>
/// gives). One array, so that a look-up touches one or two cache lines before the host itself.</summary>
internal sealed class HostIndex : IReadOnlyDictionary<string, HostModel>
{
    private readonly Slot[] _slots;
    private readonly string[] _names;

    public HostIndex(IReadOnlyCollection<KeyValuePair<string, HostModel>> hosts)
    {
        // At least half of the slots stay empty.
        _slots = new Slot[BitOperations.RoundUpToPowerOf2(2 * (uint)hosts.Count + 1)];
        _names = new string[hosts.Count];
        var count = 0;
        foreach (var (name, host) in hosts)
        {
            var hash = TextHash.Of(name);
            var place = hash & (uint)(_slots.Length - 1);
            while (_slots[place].Name is not null)
            {
                place = (place + 1) & (uint)(_slots.Length - 1);
            }

            _slots[place] = new(name, host, hash);
            _names[count++] = name;
        }
    }

    public static HostIndex Empty { get; } = new([]);

    public int Count => _names.Length;

    public IEnumerable<string> Keys => _names;

    public IEnumerable<HostModel> Values => _names.Select(name => this[name]);

    public HostModel this[string key] => TryGetValue(key, out var host) ? host : throw new KeyNotFoundException($"No host is named {key}.");

    public bool TryGetValue(ReadOnlySpan<char> name, [MaybeNullWhen(false)] out HostModel host)
    {
        var slots = _slots;
        var hash = TextHash.Of(name);
        for (var place = hash; ; place++)
        {
            ref readonly var slot = ref slots[place & (uint)(slots.Length - 1)];
            if (slot.Name is null)
            {
                host = null;
                return false;
            }

            // URIs and names are in lower case already but for exotic ones.
            if (slot.Hash == hash && (name.SequenceEqual(slot.Name) || name.Equals(slot.Name, StringComparison.OrdinalIgnoreCase)))
            {
                host = slot.Host;
                return true;
            }
        }
    }

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out HostModel value) => TryGetValue(key.AsSpan(), out value);

    public bool ContainsKey(string key) => TryGetValue(key.AsSpan(), out _);

    public IEnumerator<KeyValuePair<string, HostModel>> GetEnumerator() => _names.Select(name => KeyValuePair.Create(name, this[name])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private readonly record struct Slot(string? Name, HostModel Host, uint Hash);
}
