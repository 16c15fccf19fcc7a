namespace WildCam.Tests.Camera;

/// <summary>
/// What nanoFramework's assemblies offer, as far as the firmware uses it (CoreLibrary 1.x,
/// System.Security.Cryptography, System.IO.FileSystem and System.IO.Streams). A new member is looked up in
/// nanoFramework's public API before it is added here.
/// </summary>
static partial class NanoFrameworkSurface
{
    static readonly Dictionary<string, string[]> Members = new(StringComparer.Ordinal)
    {
        ["System.Void"] = [],
        ["System.Boolean"] = [],
        ["System.Char"] = [],
        ["System.SByte"] = [],
        ["System.Byte"] = [],
        ["System.Int16"] = [],
        ["System.UInt16"] = [],
        ["System.Int32"] = ["ToString()", "ToString(System.String)"],
        ["System.UInt32"] = ["ToString()", "ToString(System.String)"],
        ["System.Int64"] = ["ToString()"],
        ["System.UInt64"] = ["ToString()"],
        ["System.ValueType"] = [],
        ["System.Object"] = [".ctor()", "ToString()", "Equals(System.Object)"],
        ["System.String"] =
        [
            ".ctor(System.Char[])", "get_Length()", "get_Chars(System.Int32)",
            "Concat(System.String,System.String)", "Concat(System.String,System.String,System.String)",
            "Concat(System.String,System.String,System.String,System.String)", "Concat(System.String[])",
            "op_Equality(System.String,System.String)", "op_Inequality(System.String,System.String)",
        ],
        ["System.Array"] =
        [
            "Copy(System.Array,System.Int32,System.Array,System.Int32,System.Int32)",
            "Clear(System.Array,System.Int32,System.Int32)",
        ],
        ["System.RuntimeFieldHandle"] = [],
        ["System.Runtime.CompilerServices.RuntimeHelpers"] =
            ["InitializeArray(System.Array,System.RuntimeFieldHandle)"],
        ["System.Exception"] = [".ctor(System.String)", "get_Message()"],
        ["System.ArgumentException"] = [".ctor(System.String)"],
        ["System.InvalidOperationException"] = [".ctor(System.String)"],
        ["System.IDisposable"] = ["Dispose()"],
        ["System.IO.File"] = ["Exists(System.String)"],
        ["System.IO.FileAccess"] = [],
        ["System.IO.FileMode"] = [],
        ["System.IO.FileStream"] = [".ctor(System.String,System.IO.FileMode,System.IO.FileAccess)"],
        ["System.IO.SeekOrigin"] = [],
        ["System.IO.Stream"] =
        [
            "get_Length()", "Seek(System.Int64,System.IO.SeekOrigin)",
            "Read(System.Byte[],System.Int32,System.Int32)", "Write(System.Byte[],System.Int32,System.Int32)",
        ],
        ["System.Reflection.Assembly"] = ["Load(System.Byte[])", "GetType(System.String)"],
        ["System.Reflection.MethodBase"] = ["Invoke(System.Object,System.Object[])"],
        ["System.Reflection.MethodInfo"] = [],
        ["System.Threading.Thread"] = ["Sleep(System.Int32)"],
        ["System.Type"] = ["GetType(System.String)", "GetMethod(System.String)"],
        // Not the constructor: nanoFramework's does not copy the key, and Dispose wipes the caller's array.
        ["System.Security.Cryptography.HMACSHA256"] = ["HashData(System.Byte[],System.Byte[])"],
    };

    public static bool Has(string type) => Members.ContainsKey(type) || BoardMembers.ContainsKey(type);

    public static bool Allows(string type, string member) =>
        (Members.TryGetValue(type, out var members) && members.Contains(member, StringComparer.Ordinal))
        || (BoardMembers.TryGetValue(type, out members) && members.Contains(member, StringComparer.Ordinal));
}
