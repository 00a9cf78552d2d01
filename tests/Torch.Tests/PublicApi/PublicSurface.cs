using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace DynamosStream.Tests.PublicApi;

/// <summary>Writes what of an assembly can be seen from outside, a line for each type and member, sorted.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly NullabilityInfoContext Nullability = new();

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(short)] = "short",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
    };

    public static IEnumerable<string> Lines(Assembly assembly) =>
        assembly.GetTypes().Where(IsVisible).SelectMany(Lines).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Lines(Type type)
    {
        var name = FullName(type);
        yield return $"{name}: {Kind(type)}{Bases(type)}";
        if (type.IsEnum)
        {
            foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.Static))
            {
                yield return $"{name}: {field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}";
            }

            yield break;
        }

        foreach (var field in type.GetFields(Declared).Where(f => f.IsPublic || f.IsFamily || f.IsFamilyOrAssembly))
        {
            var modifiers = Access(field.IsPublic) + (field.IsStatic ? "static " : "") + (field.IsInitOnly ? "readonly " : "");
            yield return $"{name}: {modifiers}{TypeName(Nullability.Create(field))} {field.Name}";
        }

        foreach (var property in type.GetProperties(Declared).Where(p => p.GetAccessors(true).Any(IsVisible)))
        {
            yield return $"{name}: {PropertyText(property)}";
        }

        foreach (var constructor in type.GetConstructors(Declared).Where(c => IsVisible(c) && !c.IsStatic))
        {
            yield return $"{name}: {Access(constructor.IsPublic)}{type.Name.Split('`')[0]}({Parameters(constructor)})";
        }

        foreach (var method in type.GetMethods(Declared).Where(m => IsVisible(m) && !IsAccessor(m) && !IsFinalizer(m)))
        {
            yield return $"{name}: {MethodText(method)}";
        }
    }

    private static bool IsVisible(Type type) =>
        type.IsNested ? (type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem) && IsVisible(type.DeclaringType!) : type.IsPublic;

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsAccessor(MethodInfo method) => method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static bool IsFinalizer(MethodInfo method) => method is { Name: "Finalize", IsFamily: true };

    private static string Access(bool isPublic) => isPublic ? "" : "protected ";

    private static string Kind(Type type) =>
        (type.IsAbstract && type.IsSealed ? "static " : type.IsInterface || type.IsValueType ? "" : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "")
        + (type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct" : "class");

    private static string Bases(Type type)
    {
        var bases = type.GetInterfaces().Except(type.BaseType?.GetInterfaces() ?? []).Where(IsVisible).Select(TypeName);
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) && parent != typeof(Enum))
        {
            bases = bases.Prepend(TypeName(parent));
        }

        var text = string.Join(", ", bases);
        return text.Length == 0 || type.IsEnum ? "" : " : " + text;
    }

    private static string PropertyText(PropertyInfo property)
    {
        var (getter, setter) = (property.GetMethod, property.SetMethod);
        var first = (getter ?? setter)!;
        var accessors = (getter is not null && IsVisible(getter) ? "get; " : "") + (setter is not null && IsVisible(setter) ? "set; " : "");
        var index = property.GetIndexParameters();
        var name = index.Length == 0 ? property.Name : $"this[{string.Join(", ", index.Select(Parameter))}]";
        return $"{Access(first.IsPublic)}{Modifiers(first)}{TypeName(Nullability.Create(property))} {name} {{ {accessors}}}";
    }

    private static string MethodText(MethodInfo method)
    {
        var generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(TypeName))}>" : "";
        var result = TypeName(Nullability.Create(method.ReturnParameter));
        return $"{Access(method.IsPublic)}{Modifiers(method)}{result} {method.Name}{generic}({Parameters(method)})";
    }

    private static string Modifiers(MethodInfo method) =>
        method.IsStatic ? "static " : method.DeclaringType!.IsInterface ? "" : method.IsAbstract ? "abstract "
        : !method.IsVirtual || method.IsFinal ? "" : method.GetBaseDefinition() == method ? "virtual " : "override ";

    private static string Parameters(MethodBase method) =>
        (method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "") + string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        var modifier = parameter.IsOut ? "out " : parameter.ParameterType.IsByRef ? "ref "
            : parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute)) ? "params " : "";
        var text = $"{modifier}{TypeName(Nullability.Create(parameter))} {parameter.Name}";
        return parameter.HasDefaultValue ? $"{text} = {Value(parameter)}" : text;
    }

    private static string Value(ParameterInfo parameter) => parameter.RawDefaultValue switch
    {
        null => parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null ? "default" : "null",
        bool value => value ? "true" : "false",
        string value => $"\"{value}\"",
        var value when parameter.ParameterType.IsEnum => Enum.ToObject(parameter.ParameterType, value).ToString()!,
        var value => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string TypeName(NullabilityInfo info)
    {
        var type = info.Type.IsByRef ? info.Type.GetElementType()! : info.Type;
        var mark = !type.IsValueType && !type.IsGenericParameter && info.ReadState == NullabilityState.Nullable ? "?" : "";
        if (type.IsArray && info.ElementType is { } element)
        {
            return $"{TypeName(element)}[{new string(',', type.GetArrayRank() - 1)}]{mark}";
        }

        return type.IsGenericType && Nullable.GetUnderlyingType(type) is null && info.GenericTypeArguments.Length > 0
            ? Generic(type, info.GenericTypeArguments.Select(TypeName)) + mark
            : TypeName(type) + mark;
    }

    private static string TypeName(Type type) =>
        type.IsByRef ? TypeName(type.GetElementType()!)
        : type.IsArray ? $"{TypeName(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]"
        : Nullable.GetUnderlyingType(type) is { } underlying ? TypeName(underlying) + "?"
        : type.IsGenericType ? Generic(type, type.GetGenericArguments().Select(TypeName))
        : Keywords.GetValueOrDefault(type, type.Name);

    private static string Generic(Type type, IEnumerable<string> arguments)
    {
        var list = string.Join(", ", arguments);
        return type.Name.StartsWith("ValueTuple`", StringComparison.Ordinal) ? $"({list})" : $"{type.Name.Split('`')[0]}<{list}>";
    }

    private static string FullName(Type type)
    {
        var own = type.IsGenericType ? Generic(type, type.GetGenericArguments().Select(TypeName)) : type.Name;
        return type.DeclaringType is { } outer ? $"{FullName(outer)}.{own}" : $"{type.Namespace}.{own}";
    }
}
