//! Tags of exceptions.

use crate::judge::{Expect, judge, violation};
use crate::ops;
use crate::values;
use crate::world::Cx;
use libwasmtime::{FuncType, Tag, TagType};

pub fn make(cx: &mut Cx<'_>) {
    let ty = values::func_type(cx);
    let ty = match cx.data().shared.source.once_in(4) {
        true => ty,
        // A tag's type has no results.
        false => FuncType::new(ty.engine(), ty.params(), []),
    };
    make_of(cx, &TagType::new(ty));
}

/// Creates a tag of that type.
pub fn make_of(cx: &mut Cx<'_>, ty: &TagType) -> Option<Tag> {
    let made = judge(cx, "Tag::new", Expect::Own, |cx| Tag::new(&mut *cx, ty))?;
    ops::keep_item(cx, made.into());
    Some(made)
}

pub fn compare(cx: &mut Cx<'_>) {
    let (shared, owner) = (cx.data().shared.clone(), cx.data().owner);
    let pick = || shared.pools(|pools| pools.tags.pick(&shared.source, owner));
    let (Some((a, foreign_a)), Some((b, foreign_b))) = (pick(), pick()) else {
        return;
    };
    let expect = Expect::foreign(foreign_a || foreign_b);
    judge(cx, "Tag::eq", expect, |cx| Ok(Tag::eq(&a, &b, &*cx)));
    let expect = Expect::foreign(foreign_a);
    judge(cx, "Tag::ty", expect, |cx| Ok(a.ty(&*cx)));
    let same = judge(cx, "Tag::eq", expect, |cx| Ok(Tag::eq(&a, &a, &*cx)));
    if same == Some(false) {
        violation(&shared, "a tag isn't the same as itself");
    }
}
