using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using TorchSharp;

namespace DynamosStream.Learner.Tests;

/// <summary>
/// The learner uses TorchSharp's API; what the embedded engine has besides, it uses in <c>Operators</c> only, between <c>#if TORCH_MANAGED</c>
/// and <c>#else</c>. The configuration Plain builds it without these.
/// </summary>
public sealed class EngineInternalsTests
{
#if TORCH_MANAGED
    private static readonly string[] Allowed = ["TorchSharp.Branches", "TorchSharp.Fused", "TorchSharp.KeptUnitWeights", "TorchSharp.Kernels.KernelSet"];
#else
    private static readonly string[] Allowed = [];
#endif

    [Fact]
    public void Learner_TypesOfTheEngine_ArePublicButForTheFusedOperators()
    {
        var engine = typeof(torch).Assembly;
        using var file = new PEReader(File.OpenRead(typeof(OnlineLearners).Assembly.Location));
        var metadata = file.GetMetadataReader();
        var used = metadata.TypeReferences.Select(handle => FullName(metadata, handle)).Select(engine.GetType).OfType<Type>().ToArray();

        Assert.Contains(typeof(torch.Tensor), used);
        Assert.Equal(Allowed, used.Where(type => !type.IsVisible).Select(type => type.FullName!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Learner_MembersOfTheEnginesPublicTypes_ArePublic()
    {
        var engine = typeof(torch).Assembly;
        using var file = new PEReader(File.OpenRead(typeof(OnlineLearners).Assembly.Location));
        var metadata = file.GetMetadataReader();
        var members = metadata.MemberReferences.Select(metadata.GetMemberReference)
            .Where(member => member.Parent.Kind == HandleKind.TypeReference)
            .Select(member => (Type: engine.GetType(FullName(metadata, (TypeReferenceHandle)member.Parent)), Name: metadata.GetString(member.Name)))
            .Where(member => member.Type is { IsVisible: true })
            .ToArray();

        Assert.Contains(members, member => member.Name == "conv2d" || member.Name == "backward");
        Assert.DoesNotContain(members, member => !IsVisible(member.Type!, member.Name));
    }

    private static bool IsVisible(Type type, string name) =>
        type.GetMember(name, BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.FlattenHierarchy)
            .All(member => member is not MethodBase { IsAssembly: true } and not FieldInfo { IsAssembly: true });

    private static string FullName(MetadataReader metadata, TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        var name = metadata.GetString(type.Name);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? $"{FullName(metadata, (TypeReferenceHandle)type.ResolutionScope)}+{name}"
            : $"{metadata.GetString(type.Namespace)}.{name}";
    }
}
