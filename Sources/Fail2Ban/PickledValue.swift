/// One value of a ``Pickle``.
struct PickledValue: Sendable {
    let pickle: Pickle
    let index: Int32

    var node: Pickle.Node { pickle.nodes[Int(index)] }

    var integer: Int64? { if case .integer(let number) = node { number } else { nil } }

    /// Of a list or a tuple.
    var items: LazyMapCollection<[Int32], PickledValue>? {
        switch node {
        case .list(let group), .tuple(let group):
            pickle.groups[Int(group)].lazy.map { PickledValue(pickle: pickle, index: $0) }
        default: nil
        }
    }

    /// Of a text, or of what is made a text by the one class that may: fail2ban sends its addresses as `str('192.0.2.1')`.
    var text: ArraySlice<UInt8>? {
        switch node {
        case .text(let place): return pickle.text(at: place)
        case .object:
            guard let (module, name, arguments) = object, let arguments, arguments.count == 1,
                case .text(let place) = arguments[arguments.startIndex].node
            else { return nil }
            let isPython3 = module.elementsEqual("builtins".utf8) && name.elementsEqual("str".utf8)
            let isPython2 =
                module.elementsEqual("__builtin__".utf8)
                && (name.elementsEqual("str".utf8) || name.elementsEqual("unicode".utf8))
            return isPython3 || isPython2 ? pickle.text(at: place) : nil
        default: return nil
        }
    }

    /// The class of an object, and what it would have been made of.
    var object:
        (
            module: ArraySlice<UInt8>, name: ArraySlice<UInt8>,
            arguments: LazyMapCollection<[Int32], PickledValue>?
        )?
    {
        guard case .object(let type, let arguments) = node,
            case .global(let module, let name) = pickle.nodes[Int(type)],
            case .text(let modulePlace) = pickle.nodes[Int(module)],
            case .text(let namePlace) = pickle.nodes[Int(name)]
        else { return nil }
        return (
            pickle.text(at: modulePlace), pickle.text(at: namePlace),
            PickledValue(pickle: pickle, index: arguments).items
        )
    }
}
