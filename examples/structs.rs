//! Structs and arrays of WebAssembly: a guest builds the tree of an expression. The host walks it,
//! and builds a smaller one, in which what is constant is computed. The guest evaluates both.
//!
//! ```sh
//! cargo run --example structs
//! ```

use libwasmtime::error::Context;
use libwasmtime::{
    ArrayRef, ArrayRefPre, AsContextMut, Config, Engine, Instance, Module, Result, Rooted, Store,
    StructRef, StructRefPre, Val, bail,
};

const CONSTANT: i32 = 0;
const VARIABLE: i32 = 1;
const SUM: i32 = 2;
const PRODUCT: i32 = 3;

fn main() -> Result<()> {
    let engine = Engine::new(Config::new().wasm_gc(true).wasm_function_references(true))?;
    let module = Module::new(&engine, include_str!("structs.wat"))?;
    let mut store = Store::new(&engine, ());
    let guest = Instance::new(&mut store, &module, &[])?;
    let expression = guest.get_typed_func::<(), Rooted<StructRef>>(&mut store, "expression")?;
    let evaluate = guest.get_typed_func::<(Rooted<StructRef>, f64), f64>(&mut store, "evaluate")?;

    let tree = expression.call(&mut store, ())?;
    let simple = Builder::new(&mut store, tree)?.simplify(&mut store, tree)?;
    for tree in [tree, simple] {
        let text = text(&mut store, tree)?;
        let value = evaluate.call(&mut store, (tree, 10.0))?;
        println!("{text} = {value} where x = 10");
    }
    Ok(())
}

/// A node: a constant, the variable, or a sum or product of others.
enum Node {
    Constant(f64),
    Variable,
    Of(i32, Vec<Rooted<StructRef>>),
}

/// Reads a node, whose fields are the operator, the number and the arguments.
fn node(store: &mut impl AsContextMut, object: Rooted<StructRef>) -> Result<Node> {
    Ok(match object.field(&mut *store, 0)?.unwrap_i32() {
        CONSTANT => Node::Constant(object.field(&mut *store, 1)?.unwrap_f64()),
        VARIABLE => Node::Variable,
        op @ (SUM | PRODUCT) => {
            let args = arguments(store, object)?;
            let args = (0..args.len(&*store)?).map(|index| {
                let arg = args.get(&mut *store, index)?;
                let arg = arg.unwrap_any_ref().context("an argument is null")?;
                arg.unwrap_struct(&*store)
            });
            Node::Of(op, args.collect::<Result<_>>()?)
        }
        op => bail!("there is no operator {op}"),
    })
}

fn arguments(store: &mut impl AsContextMut, node: Rooted<StructRef>) -> Result<Rooted<ArrayRef>> {
    let args = node.field(&mut *store, 2)?;
    let args = args.unwrap_any_ref().context("a node has no arguments")?;
    args.unwrap_array(&*store)
}

fn text(store: &mut impl AsContextMut, object: Rooted<StructRef>) -> Result<String> {
    Ok(match node(store, object)? {
        Node::Constant(number) => number.to_string(),
        Node::Variable => "x".to_owned(),
        Node::Of(op, args) => {
            let args = args.into_iter().map(|arg| text(store, arg));
            let sign = if op == SUM { " + " } else { " * " };
            format!("({})", args.collect::<Result<Vec<_>>>()?.join(sign))
        }
    })
}

/// Creates nodes of the guest's types.
struct Builder {
    nodes: StructRefPre,
    args: ArrayRefPre,
}

impl Builder {
    fn new(store: &mut impl AsContextMut, node: Rooted<StructRef>) -> Result<Builder> {
        let (node, args) = (node.ty(&*store)?, arguments(store, node)?.ty(&*store)?);
        Ok(Builder {
            nodes: StructRefPre::new(&mut *store, node),
            args: ArrayRefPre::new(store, args),
        })
    }

    fn build(&self, store: &mut impl AsContextMut, node: Node) -> Result<Rooted<StructRef>> {
        let (op, number, args) = match node {
            Node::Constant(number) => (CONSTANT, number, Val::null_any_ref()),
            Node::Variable => (VARIABLE, 0.0, Val::null_any_ref()),
            Node::Of(op, args) => {
                let args: Vec<Val> = args.into_iter().map(Val::from).collect();
                let args = ArrayRef::new_fixed(&mut *store, &self.args, &args)?;
                (op, 0.0, args.into())
            }
        };
        StructRef::new(store, &self.nodes, &[Val::I32(op), number.into(), args])
    }

    /// Returns the tree with all that is constant computed.
    fn simplify(
        &self,
        store: &mut impl AsContextMut,
        object: Rooted<StructRef>,
    ) -> Result<Rooted<StructRef>> {
        let Node::Of(op, args) = node(store, object)? else {
            return Ok(object);
        };
        let mut simple = Vec::new();
        let mut numbers = Vec::new();
        for arg in args {
            let arg = self.simplify(store, arg)?;
            match node(store, arg)? {
                Node::Constant(number) => numbers.push(number),
                Node::Variable | Node::Of(..) => simple.push(arg),
            }
        }
        if !numbers.is_empty() {
            let numbers = numbers.into_iter();
            let number = if op == SUM {
                numbers.sum()
            } else {
                numbers.product()
            };
            simple.push(self.build(store, Node::Constant(number))?);
        }
        match simple[..] {
            [only] => Ok(only),
            _ => self.build(store, Node::Of(op, simple)),
        }
    }
}
