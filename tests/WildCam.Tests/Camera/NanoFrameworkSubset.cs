using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace WildCam.Tests.Camera;

/// <summary>
/// Reads a compiled assembly and names everything in it that nanoFramework 1.x cannot run. The compiler and the
/// framework's own converter accept most of it silently; on the device the program then dies before Main.
/// </summary>
sealed class NanoFrameworkSubset
{
    readonly PEReader _file;
    readonly MetadataReader _metadata;
    readonly ISet<string> _ownAssemblies;
    readonly string? _ownNamespace;
    readonly List<string> _refusals = [];

    NanoFrameworkSubset(PEReader file, ISet<string> ownAssemblies, string? ownNamespace)
    {
        _file = file;
        _metadata = file.GetMetadataReader();
        _ownAssemblies = ownAssemblies;
        _ownNamespace = ownNamespace;
    }

    /// <summary>What is refused in an assembly; references to the own assemblies count as allowed.</summary>
    public static List<string> Refusals(string path, params string[] ownAssemblies) =>
        Read(path, ownAssemblies, null, static _ => true);

    /// <summary>
    /// What is refused in one namespace of an assembly. Its other types stand in for nanoFramework's own, so what is
    /// used of them must be on the list, as if they were in an assembly of their own.
    /// </summary>
    public static List<string> RefusalsIn(string path, string ownNamespace, params string[] ownAssemblies) =>
        Read(path, ownAssemblies, ownNamespace, static _ => true);

    /// <summary>What is refused in one type of an assembly, and in those that the compiler nested in it.</summary>
    public static List<string> RefusalsOf(Type type) =>
        Read(type.Assembly.Location, [type.Assembly.GetName().Name!], null, name => name == type.Name
            || name.StartsWith(type.Name + "/", StringComparison.Ordinal));

    static List<string> Read(
        string path, string[] ownAssemblies, string? ownNamespace, Func<string, bool> includes)
    {
        using var file = new PEReader(File.OpenRead(path));
        var subset = new NanoFrameworkSubset(
            file, ownAssemblies.ToHashSet(StringComparer.Ordinal), ownNamespace);
        foreach (var handle in subset._metadata.TypeDefinitions)
        {
            var name = subset.NestedName(handle);
            var isLookedAt = ownNamespace is null || subset.NamespaceOf(handle) == ownNamespace;
            if (isLookedAt && includes(name) && name != "<Module>" && !subset.IsCompilersOwn(handle))
            {
                subset.Look(subset._metadata.GetTypeDefinition(handle), name);
            }
        }

        return [.. subset._refusals.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Nullable annotations and the like: embedded attributes, which the converter leaves out.</summary>
    bool IsCompilersOwn(TypeDefinitionHandle handle)
    {
        var type = _metadata.GetTypeDefinition(handle);
        return _metadata.GetString(type.Namespace) is "Microsoft.CodeAnalysis" or "System.Runtime.CompilerServices";
    }

    void Look(TypeDefinition type, string name)
    {
        if (type.GetGenericParameters().Count > 0)
        {
            Refuse(name, "is an own generic type");
        }

        if (!type.BaseType.IsNil)
        {
            Look(type.BaseType, name);
        }

        foreach (var implementation in type.GetInterfaceImplementations())
        {
            Look(_metadata.GetInterfaceImplementation(implementation).Interface, name);
        }

        foreach (var handle in type.GetFields())
        {
            var field = _metadata.GetFieldDefinition(handle);
            Look(field.DecodeSignature(new Names(this), null), $"{name}.{_metadata.GetString(field.Name)}");
        }

        var isInterface = (type.Attributes & TypeAttributes.Interface) != 0;
        foreach (var handle in type.GetMethods())
        {
            Look(_metadata.GetMethodDefinition(handle), name, isInterface);
        }
    }

    void Look(MethodDefinition method, string type, bool isInterface)
    {
        var name = $"{type}.{_metadata.GetString(method.Name)}";
        if (method.GetGenericParameters().Count > 0)
        {
            Refuse(name, "is a generic method");
        }

        if (isInterface && (method.Attributes & MethodAttributes.Abstract) == 0)
        {
            Refuse(name, "is a default interface method");
        }

        Look(method.DecodeSignature(new Names(this), null), name);
        if (method.RelativeVirtualAddress == 0)
        {
            return;
        }

        var body = _file.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil)
        {
            var locals = _metadata.GetStandaloneSignature(body.LocalSignature);
            foreach (var local in locals.DecodeLocalSignature(new Names(this), null))
            {
                Look(local, name);
            }
        }

        foreach (var region in body.ExceptionRegions.Where(r => !r.CatchType.IsNil))
        {
            Look(region.CatchType, name);
        }

        foreach (var token in IlTokens.In(body.GetILBytes()!))
        {
            var handle = MetadataTokens.EntityHandle(token);
            if (handle.Kind != HandleKind.UserString)
            {
                Look(handle, name);
            }
        }
    }

    void Look(EntityHandle handle, string where)
    {
        switch (handle.Kind)
        {
            case HandleKind.TypeReference:
                Look(new Names(this).GetTypeFromReference(_metadata, (TypeReferenceHandle)handle, 0), where);
                break;
            case HandleKind.TypeSpecification:
                var type = _metadata.GetTypeSpecification((TypeSpecificationHandle)handle);
                Look(type.DecodeSignature(new Names(this), null), where);
                break;
            case HandleKind.MethodSpecification:
                Refuse(where, "calls a generic method");
                break;
            case HandleKind.MemberReference:
                LookAtMember(_metadata.GetMemberReference((MemberReferenceHandle)handle), where);
                break;
            case HandleKind.TypeDefinition when IsStandIn((TypeDefinitionHandle)handle):
                Look(new Names(this).GetTypeFromDefinition(_metadata, (TypeDefinitionHandle)handle, 0), where);
                break;
            case HandleKind.FieldDefinition:
                Look(_metadata.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType(), where);
                break;
            case HandleKind.MethodDefinition:
                var method = _metadata.GetMethodDefinition((MethodDefinitionHandle)handle);
                if (IsStandIn(method.GetDeclaringType()))
                {
                    LookAtMethod(
                        new Names(this).GetTypeFromDefinition(_metadata, method.GetDeclaringType(), 0),
                        _metadata.GetString(method.Name), method.DecodeSignature(new Names(this), null), where);
                }

                break;
            default:
                // What this assembly defines as its own is looked at where it is defined.
                break;
        }
    }

    /// <summary>Whether a type of this assembly stands in for one of nanoFramework's.</summary>
    bool IsStandIn(TypeDefinitionHandle handle) =>
        _ownNamespace is not null && NamespaceOf(handle) is { Length: > 0 } name && name != _ownNamespace;

    string NamespaceOf(TypeDefinitionHandle handle)
    {
        var type = _metadata.GetTypeDefinition(handle);
        return type.GetDeclaringType() is { IsNil: false } outer
            ? NamespaceOf(outer)
            : _metadata.GetString(type.Namespace);
    }

    void LookAtMember(MemberReference member, string where)
    {
        if (member.Parent.Kind == HandleKind.TypeSpecification)
        {
            Look(member.Parent, where);
            return;
        }

        if (member.Parent.Kind != HandleKind.TypeReference)
        {
            return;
        }

        var type = new Names(this).GetTypeFromReference(_metadata, (TypeReferenceHandle)member.Parent, 0);
        var name = _metadata.GetString(member.Name);
        Look(type, where);
        if (member.GetKind() == MemberReferenceKind.Method)
        {
            LookAtMethod(type, name, member.DecodeMethodSignature(new Names(this), null), where);
        }
    }

    void LookAtMethod(string type, string name, MethodSignature<string> signature, string where)
    {
        Look(type, where);
        Look(signature, where);
        var parameters = string.Join(",", signature.ParameterTypes);
        if (!type.StartsWith("own:", StringComparison.Ordinal)
            && !NanoFrameworkSurface.Allows(type, $"{name}({parameters})"))
        {
            Refuse(where, $"uses {type}.{name}({parameters}), which is not on the list of nanoFramework's members");
        }
    }

    void Look(MethodSignature<string> signature, string where)
    {
        Look(signature.ReturnType, where);
        foreach (var parameter in signature.ParameterTypes)
        {
            Look(parameter, where);
        }
    }

    void Look(string type, string where)
    {
        var element = type.TrimEnd('&', '*').Replace("[]", "", StringComparison.Ordinal);
        if (element.Contains('<', StringComparison.Ordinal) || element.Contains('`', StringComparison.Ordinal))
        {
            Refuse(where, $"uses the generic {element}");
        }
        else if (element.Contains("[,", StringComparison.Ordinal))
        {
            Refuse(where, $"uses the multi-dimensional array {element}");
        }
        else if (!element.StartsWith("own:", StringComparison.Ordinal) && !NanoFrameworkSurface.Has(element))
        {
            Refuse(where, $"uses {element}, which is not on the list of nanoFramework's types");
        }
    }

    void Refuse(string where, string why) => _refusals.Add($"{where} {why}");

    string NestedName(TypeDefinitionHandle handle)
    {
        var type = _metadata.GetTypeDefinition(handle);
        var name = _metadata.GetString(type.Name);
        var parent = type.GetDeclaringType();
        return parent.IsNil ? name : $"{NestedName(parent)}/{name}";
    }

    /// <summary>Signatures as texts: full names, own types with a mark.</summary>
    sealed class Names(NanoFrameworkSubset subset) : ISignatureTypeProvider<string, object?>
    {
        public string GetArrayType(string elementType, ArrayShape shape) =>
            $"{elementType}[{new string(',', shape.Rank - 1)}]";

        public string GetSZArrayType(string elementType) => elementType + "[]";

        public string GetByReferenceType(string elementType) => elementType + "&";

        public string GetPointerType(string elementType) => elementType + "*";

        public string GetPinnedType(string elementType) => elementType;

        public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => unmodifiedType;

        public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) =>
            $"{genericType}<{string.Join(",", typeArguments)}>";

        public string GetGenericMethodParameter(object? genericContext, int index) => "own:parameter";

        public string GetGenericTypeParameter(object? genericContext, int index) => "own:parameter";

        public string GetFunctionPointerType(MethodSignature<string> signature) => "System.FunctionPointer";

        public string GetPrimitiveType(PrimitiveTypeCode typeCode) => "System." + typeCode;

        public string GetTypeFromSpecification(
            MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
            reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

        public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) =>
            subset.IsStandIn(handle)
                ? $"{subset.NamespaceOf(handle)}.{subset.NestedName(handle)}"
                : "own:" + subset.NestedName(handle);

        public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
        {
            var reference = reader.GetTypeReference(handle);
            var name = reader.GetString(reference.Name);
            if (reference.ResolutionScope.Kind == HandleKind.TypeReference)
            {
                return GetTypeFromReference(reader, (TypeReferenceHandle)reference.ResolutionScope, 0) + "/" + name;
            }

            var isOwn = reference.ResolutionScope.Kind == HandleKind.AssemblyReference
                && subset._ownAssemblies.Contains(reader.GetString(
                    reader.GetAssemblyReference((AssemblyReferenceHandle)reference.ResolutionScope).Name));
            return isOwn ? "own:" + name : $"{reader.GetString(reference.Namespace)}.{name}";
        }
    }
}
