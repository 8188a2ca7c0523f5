namespace Mesh.Client.Configuration;

/// <summary>Looks at a value with which nothing is done: what Istio's schema refuses is refused here too, built or not.</summary>
internal delegate void ValueCheck(ConfigurationNode node, FindingSink findings);
