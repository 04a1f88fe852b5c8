//! Maps.

use super::lists::check_len;
use super::{
    ComponentType, InstanceType, Lift, LiftContext, Lower, LowerContext, TypeMismatch, unexpected,
};
use crate::Result;
use crate::component::raw::Content;
use crate::component::types::Type;
use crate::vec::Filling;
use crate::vec::component::{MapEntry, OwnedComponentVal};
use std::collections::HashMap;
use std::hash::Hash;

// SAFETY: size and alignment are those of the canonical ABI.
unsafe impl<K: ComponentType, V: ComponentType> ComponentType for HashMap<K, V> {
    const SIZE32: usize = 8;
    const ALIGN32: u32 = 4;

    fn typecheck(ty: &Type, cx: &InstanceType<'_>) -> Result<(), TypeMismatch> {
        let Type::Map(ty) = ty else {
            return Err(TypeMismatch::new("map", ty.desc()));
        };
        K::typecheck(&ty.key(), cx).map_err(|error| error.within("key"))?;
        V::typecheck(&ty.value(), cx).map_err(|error| error.within("value"))
    }
}

// SAFETY: the value is a map of the entries.
unsafe impl<K: Lower, V: Lower> Lower for HashMap<K, V> {
    fn lower(&self, cx: &mut LowerContext<'_>) -> Result<OwnedComponentVal> {
        check_len(self.len(), "map")?;
        let lower = |(key, value): (&K, &V)| {
            Ok(MapEntry {
                key: key.lower(cx)?,
                value: value.lower(cx)?,
            })
        };
        Ok(OwnedComponentVal::from_map(Filling::try_collect(
            self, lower,
        )?))
    }
}

// SAFETY: only a map of such entries is read.
unsafe impl<K: Lift + Eq + Hash, V: Lift> Lift for HashMap<K, V> {
    fn lift(cx: &mut LiftContext<'_>, val: &OwnedComponentVal) -> Result<HashMap<K, V>> {
        let Content::Map(entries) = val.content() else {
            return Err(unexpected("map", val));
        };
        // libwasmtime has allocated more than this for them.
        let mut map = HashMap::with_capacity(entries.len());
        for entry in entries {
            // Of several entries with the same key, the last counts.
            map.insert(K::lift(cx, &entry.key)?, V::lift(cx, &entry.value)?);
        }
        Ok(map)
    }
}
