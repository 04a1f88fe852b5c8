//! Bound functions and methods that are asynchronous.

use super::func::{Bound, assert_apart, receiver_type};
use super::{Abi, HostModule, Receiver, ReceiverMut, Site, Unit};
use crate::func::{AsyncClosure, HostFunc};
use crate::store::callback::HostFuture;
use crate::values::{Args, CallerPlace, Guest, HostArg, HostArgs, Raw};
use crate::{Caller, Result, StoreContextMut, ValType, WasmRet};
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

/// What the closure of an asynchronous function returns.
pub type BoxFuture<'a, R> = Pin<Box<dyn Future<Output = R> + Send + 'a>>;

/// A method that takes `&self`.
struct AsyncMethod<V, F, R> {
    receiver: V,
    func: F,
    site: Site,
    results: PhantomData<fn() -> R>,
}

/// A method that takes `&mut self`.
struct AsyncMethodMut<V, F, R> {
    receiver: V,
    func: F,
    site: Site,
    results: PhantomData<fn() -> R>,
}

/// The results of a function, and the addresses of what was allocated in the guest for them.
type Output<R> = Result<(R, Vec<u64>)>;

/// Writes the results of a function that has returned.
fn finish<R: WasmRet>(output: Output<R>, guest: &mut Guest<'_>) -> Result<R::Prepared> {
    let (results, addresses) = output?;
    guest.use_allocated(addresses);
    results.prepare(guest)
}

/// Returns the size and the alignment of each piece of memory that the results need.
fn allocations<R: WasmRet>(results: &R) -> Vec<(usize, usize)> {
    let mut sizes = Vec::new();
    results.allocations(&mut |len, align| sizes.push((len, align)));
    sizes
}

/// Allocates memory of the guest, and returns its addresses. The guest may wait meanwhile, unlike
/// when the results are written.
async fn allocate<T: Send + 'static>(
    mut caller: Caller<'_, T>,
    site: &Site,
    sizes: Vec<(usize, usize)>,
) -> Result<Vec<u64>> {
    if sizes.is_empty() {
        return Ok(Vec::new());
    }
    let allocator = caller.allocator(site)?;
    let mut addresses = Vec::with_capacity(sizes.len());
    for (len, align) in sizes {
        addresses.push(allocator.alloc_async(&mut caller, len, align).await?);
    }
    Ok(addresses)
}

/// Reads the caller, the receiver and the arguments.
///
/// # Safety
///
/// The receiver and the arguments must be next in `args`.
#[inline]
unsafe fn read<T: 'static, V: Receiver<T>, P: HostArgs<T>>(
    args: &mut Args<'_, Raw>,
) -> Result<(CallerPlace, V::Read, P::Read)> {
    // SAFETY: they are next, as this function requires.
    unsafe {
        let caller = <Caller<'static, T> as HostArg<T>>::read(args)?;
        Ok((caller, V::read(args)?, P::read(args)?))
    }
}

macro_rules! methods {
    ($($name:ident: $receiver:ident, $get:ident;)*) => {$(
        impl<V, F, R> $name<V, F, R> {
            fn new(receiver: V, func: F, site: Site) -> Self {
                $name {
                    receiver,
                    func,
                    site,
                    results: PhantomData,
                }
            }
        }

        // SAFETY: the receiver and the arguments are read one after the other.
        unsafe impl<T, V, P, R, F> AsyncClosure<T, Bound<P>> for $name<V, F, R>
        where
            T: Send + 'static,
            V: $receiver<T>,
            P: HostArgs<T>,
            R: WasmRet + Send,
            F: for<'m> Fn(receiver_type!($get 'm V), P::Args<'m>) -> HostFuture<'m, R> + Sync,
        {
            type Output = Output<R>;
            type Results = R;

            fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
                V::valtypes(abi, types);
                P::valtypes(abi, types);
            }

            #[inline]
            fn site(&self) -> &Site {
                &self.site
            }

            #[inline]
            unsafe fn start<'a>(&'a self, args: &mut Args<'a, Raw>) -> HostFuture<'a, Output<R>> {
                const { assert_apart::<T, P>(V::IN_STORE) };
                // SAFETY: the receiver and the arguments are next, as this function requires.
                let read = unsafe { read::<T, V, P>(args) };
                let explain = |error| self.site.explain(error);
                Box::pin(async move {
                    let (mut place, mut receiver, mut args) = read.map_err(explain)?;
                    let future = {
                        // SAFETY: the callback is running until this future is dropped, and
                        // only the future uses the store, as this function requires. Either the
                        // receiver is apart from the data, or the arguments give no access to it.
                        // No code of the guest runs before the method has returned, unless it
                        // calls some itself, with a caller.
                        let (caller, args) = unsafe {
                            (Caller::<'static, T>::get(&mut place), P::get(&mut args))
                        };
                        let data = match V::IN_STORE {
                            true => Some(StoreContextMut::from(caller).into_data_mut()),
                            false => None,
                        };
                        let receiver = self.receiver.$get(&mut receiver, data).map_err(explain)?;
                        (self.func)(receiver, args)
                    };
                    let results = future.await;
                    // The guest may call the method again while it allocates.
                    drop((receiver, args));
                    // SAFETY: as above. The method has returned, and its future is dropped.
                    let caller = unsafe { Caller::<'static, T>::get(&mut place) };
                    let sizes = allocations(&results);
                    let addresses = allocate(caller, &self.site, sizes).await.map_err(explain)?;
                    Ok((results, addresses))
                })
            }

            #[inline]
            fn finish(output: Output<R>, guest: &mut Guest<'_>) -> Result<R::Prepared> {
                finish(output, guest)
            }
        }
    )*};
}

methods! {
    AsyncMethod: Receiver, get;
    AsyncMethodMut: ReceiverMut, get_mut;
}

impl<T: Send + 'static, V> HostModule<'_, T, V> {
    fn define_async<P, F>(&mut self, name: &str, func: F) -> Result<&mut Self>
    where
        F: AsyncClosure<T, P> + Send + Sync + 'static,
    {
        let host = HostFunc::of_async::<T, F, P>(self.linker.engine(), func);
        self.linker.define_host(&self.module, name, host)?;
        Ok(self)
    }

    /// Defines an asynchronous function that has no receiver.
    ///
    /// The closure returns a boxed future, as `Box::pin(async move { … })`. It takes `&()` in
    /// place of a receiver.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the name is defined already, and shadowing isn't allowed;
    /// - libwasmtime was built without `async`.
    pub fn async_func<P, R>(
        &mut self,
        name: &str,
        func: impl for<'m> Fn(&'m (), P::Args<'m>) -> BoxFuture<'m, R> + Send + Sync + 'static,
    ) -> Result<&mut Self>
    where
        P: HostArgs<T>,
        R: WasmRet + Send + 'static,
    {
        let method = AsyncMethod::new(Unit, func, self.site(name));
        self.define_async::<Bound<P>, _>(name, method)
    }

    /// Defines an asynchronous method that takes `&self`.
    ///
    /// The closure returns a boxed future, as `Box::pin(async move { … })`.
    ///
    /// # Errors
    ///
    /// As for [`HostModule::async_func`].
    ///
    /// # Examples
    ///
    /// ```
    /// use libwasmtime::bind::InStore;
    /// use libwasmtime::{Engine, Linker, Result};
    /// use std::time::Duration;
    ///
    /// struct Journal {
    ///     delay: Duration,
    /// }
    ///
    /// let mut linker = Linker::<Journal>::new(&Engine::default());
    /// linker
    ///     .host_module("journal", InStore::new(|journal: &mut Journal| journal))
    ///     .async_method::<(&str,), _>("log", |journal, (line,)| {
    ///         Box::pin(async move {
    ///             tokio::time::sleep(journal.delay).await;
    ///             println!("{line}");
    ///         })
    ///     })?;
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn async_method<P, R>(
        &mut self,
        name: &str,
        method: impl for<'m> Fn(&'m V::Target, P::Args<'m>) -> BoxFuture<'m, R> + Send + Sync + 'static,
    ) -> Result<&mut Self>
    where
        V: Receiver<T>,
        P: HostArgs<T>,
        R: WasmRet + Send + 'static,
    {
        let method = AsyncMethod::new(self.receiver.clone(), method, self.site(name));
        self.define_async::<Bound<P>, _>(name, method)
    }

    /// Defines an asynchronous method that takes `&mut self`.
    ///
    /// The closure returns a boxed future, as `Box::pin(async move { … })`.
    ///
    /// # Errors
    ///
    /// As for [`HostModule::async_func`].
    pub fn async_method_mut<P, R>(
        &mut self,
        name: &str,
        method: impl for<'m> Fn(&'m mut V::Target, P::Args<'m>) -> BoxFuture<'m, R>
        + Send
        + Sync
        + 'static,
    ) -> Result<&mut Self>
    where
        V: ReceiverMut<T>,
        P: HostArgs<T>,
        R: WasmRet + Send + 'static,
    {
        let method = AsyncMethodMut::new(self.receiver.clone(), method, self.site(name));
        self.define_async::<Bound<P>, _>(name, method)
    }
}
