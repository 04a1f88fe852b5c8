//! A program that evaluates a policy.

use opa_wasm::Runtime;
use serde_json::{Value, json};
use wasmtime::{Engine, Module, Store};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    wasmtime::load()?;
    let engine = Engine::default();
    let module = Module::new(&engine, include_str!("policy.wat"))?;
    let mut store = Store::new(&engine, ());
    let runtime = Runtime::new(&mut store, &module).await?;
    let policy = runtime.without_data(&mut store).await?;

    // The policy calls a function of the host, which calls the policy back.
    let decoded: Value = policy
        .evaluate(&mut store, "decode", &json!("68656c6c6f"))
        .await?;
    assert_eq!(decoded, json!("hello"));

    // The memory grows for the input.
    let large = "6c".repeat(200_000);
    let decoded: Value = policy.evaluate(&mut store, "decode", &json!(large)).await?;
    assert_eq!(decoded, json!("l".repeat(200_000)));

    // An error of the function reaches the caller, and the policy can be used again.
    let failed = policy
        .evaluate::<_, Value, _>(&mut store, "decode", &json!("no number"))
        .await;
    let error = format!("{:#}", failed.unwrap_err());
    assert!(
        error.contains("Odd number of digits") || error.contains("Invalid character"),
        "{error}"
    );
    let decoded: Value = policy.evaluate(&mut store, "decode", &json!("21")).await?;
    assert_eq!(decoded, json!("!"));

    println!("decoded");
    Ok(())
}
