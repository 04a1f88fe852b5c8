//! [`ResourceTable`]: the host's objects behind resources.

use super::Resource;
use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt;
use std::mem;

/// The number of places that a table has at most, unless that is changed.
const DEFAULT_MAX_CAPACITY: usize = 1_000_000;

/// A table of the host's objects, of any types, by the numbers that stand for them in resources.
///
/// A guest that holds a handle to a resource of the host holds a number, the resource's
/// representation. This table chooses that number when an object is inserted, and finds the object
/// by it: for a `T` in the table there is a [`Resource<T>`](Resource). A host function that
/// returns a new resource pushes an object; one that takes a borrowed resource gets the object;
/// the resource's destructor deletes it. The table is usually a part of the store's data.
///
/// The numbers are reused: after an object was deleted, one that is inserted later gets
/// its number. A guest can't make use of that, as libwasmtime only passes numbers of resources
/// that the guest has handles to. But a `Resource` that the host keeps for longer may find
/// another object, which is an error if it is of another type.
///
/// # Children
///
/// An object may be the child of another one, its parent, whose number it has within itself, such
/// as a cursor into a file. The table deletes no parent before its children, however the
/// guest orders its calls, so the number always leads to the parent.
///
/// # Examples
///
/// ```
/// use libwasmtime::component::{Resource, ResourceTable, ResourceTableError};
///
/// struct File(Vec<u8>);
/// struct Cursor {
///     file: u32,
///     at: usize,
/// }
///
/// let mut table = ResourceTable::new();
/// let file = table.push(File(b"abc".to_vec()))?;
/// let cursor = table.push_child(Cursor { file: file.rep(), at: 1 }, &file)?;
///
/// // What a guest gets and passes back is the number.
/// let guest = Resource::<Cursor>::new_borrow(cursor.rep());
/// let Cursor { file: parent, at } = *table.get(&guest)?;
/// assert_eq!(table.get(&Resource::<File>::new_borrow(parent))?.0[at], b'b');
///
/// let same_file = Resource::<File>::new_own(file.rep());
/// assert!(matches!(table.delete(same_file), Err(ResourceTableError::HasChildren)));
/// table.delete(cursor)?;
/// table.delete(file)?;
/// assert!(table.is_empty());
/// # Ok::<(), ResourceTableError>(())
/// ```
pub struct ResourceTable {
    places: Vec<Place>,
    /// The free place that is filled next, which was freed last.
    next_free: Option<usize>,
    max_capacity: usize,
}

/// A place in the table. Its index is the number of the object in it.
enum Place {
    Free {
        /// The place that was freed before this one and is still free.
        next: Option<usize>,
    },
    Occupied(Entry),
}

/// An object in a table.
///
/// Both ends know of each other: the entry at `parent` exists and has this entry among its
/// `children`, and those exist and have this entry as their `parent`.
struct Entry {
    object: Box<dyn Any + Send>,
    parent: Option<u32>,
    children: BTreeSet<u32>,
}

impl Place {
    fn entry(&self) -> Option<&Entry> {
        match self {
            Place::Free { .. } => None,
            Place::Occupied(entry) => Some(entry),
        }
    }

    fn entry_mut(&mut self) -> Option<&mut Entry> {
        match self {
            Place::Free { .. } => None,
            Place::Occupied(entry) => Some(entry),
        }
    }
}

impl ResourceTable {
    /// Creates an empty table.
    pub fn new() -> ResourceTable {
        ResourceTable::with_capacity(0)
    }

    /// Creates an empty table that allocates no memory of its own for the first `capacity`
    /// objects.
    ///
    /// This doesn't limit the number of objects: [`ResourceTable::set_max_capacity`] does.
    ///
    /// # Panics
    ///
    /// Panics if the capacity in bytes exceeds `isize::MAX`.
    pub fn with_capacity(capacity: usize) -> ResourceTable {
        ResourceTable {
            places: Vec::with_capacity(capacity),
            next_free: None,
            max_capacity: DEFAULT_MAX_CAPACITY,
        }
    }

    /// Returns whether there are no objects in the table.
    ///
    /// It looks at each place that has ever been used.
    pub fn is_empty(&self) -> bool {
        self.places.iter().all(|place| place.entry().is_none())
    }

    /// Returns the number of objects that the table can have at a time.
    pub fn max_capacity(&self) -> usize {
        self.max_capacity
    }

    /// Sets the number of objects that the table can have at a time, which is 1,000,000 at first.
    ///
    /// It limits how much memory a guest can make the host use. Only new places count: a table
    /// that has more already keeps them, and fills those that become free.
    pub fn set_max_capacity(&mut self, max: usize) {
        self.max_capacity = max;
    }

    /// Inserts an object and returns the owned resource that stands for it.
    ///
    /// # Errors
    ///
    /// Returns [`ResourceTableError::Full`] if the table has as many objects as it
    /// can have ([`ResourceTable::set_max_capacity`]).
    pub fn push<T>(&mut self, entry: T) -> Result<Resource<T>, ResourceTableError>
    where
        T: Send + 'static,
    {
        let number = self.insert(Box::new(entry), None)?;
        Ok(Resource::new_own(number))
    }

    /// Inserts an object as a child of another one.
    ///
    /// The parent can't be deleted before the child, unless [`ResourceTable::remove_child`]
    /// separates them.
    ///
    /// # Errors
    ///
    /// Returns an error, and drops the object, if
    ///
    /// - the parent isn't in the table ([`ResourceTableError::NotPresent`]);
    /// - the table has as many objects as it can have ([`ResourceTableError::Full`]).
    pub fn push_child<T, U>(
        &mut self,
        entry: T,
        parent: &Resource<U>,
    ) -> Result<Resource<T>, ResourceTableError>
    where
        T: Send + 'static,
        U: 'static,
    {
        self.entry(parent.rep())?;
        let child = self.insert(Box::new(entry), Some(parent.rep()))?;
        self.entry_mut(parent.rep())?.children.insert(child);
        Ok(Resource::new_own(child))
    }

    /// Makes an object of the table the child of another one.
    ///
    /// # Errors
    ///
    /// Returns [`ResourceTableError::NotPresent`] if one of them isn't in the table.
    ///
    /// # Panics
    ///
    /// Panics if the child has a parent already.
    pub fn add_child<T: 'static, U: 'static>(
        &mut self,
        child: Resource<T>,
        parent: Resource<U>,
    ) -> Result<(), ResourceTableError> {
        let (child, parent) = (child.rep(), parent.rep());
        if let Some(present) = self.entry(child)?.parent {
            panic!("resource {child} is a child of {present} already: call `remove_child` first");
        }
        self.entry_mut(parent)?.children.insert(child);
        self.entry_mut(child)?.parent = Some(parent);
        Ok(())
    }

    /// Separates a child from its parent. Both stay in the table.
    ///
    /// # Errors
    ///
    /// Returns [`ResourceTableError::NotPresent`] if the child isn't in the table.
    ///
    /// # Panics
    ///
    /// Panics if the child has no parent, or another one.
    pub fn remove_child<T: 'static, U: 'static>(
        &mut self,
        child: Resource<T>,
        parent: Resource<U>,
    ) -> Result<(), ResourceTableError> {
        let (child, parent) = (child.rep(), parent.rep());
        let entry = self.entry_mut(child)?;
        match entry.parent {
            Some(present) if present == parent => entry.parent = None,
            Some(present) => panic!("resource {child} is a child of {present}, not of {parent}"),
            None => panic!("resource {child} is no child, so not one of {parent}"),
        }
        self.entry_mut(parent)?.children.remove(&child);
        Ok(())
    }

    /// Returns the object that a resource stands for.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no object ([`ResourceTableError::NotPresent`]) or one that is
    /// no `T` ([`ResourceTableError::WrongType`]).
    pub fn get<T: Any + Sized>(&self, key: &Resource<T>) -> Result<&T, ResourceTableError> {
        self.entry(key.rep())?
            .object
            .downcast_ref()
            .ok_or(ResourceTableError::WrongType)
    }

    /// Returns the object that a resource stands for, to be changed.
    ///
    /// # Errors
    ///
    /// Returns an error for the reasons of [`ResourceTable::get`].
    pub fn get_mut<T: Any + Sized>(
        &mut self,
        key: &Resource<T>,
    ) -> Result<&mut T, ResourceTableError> {
        self.get_any_mut(key.rep())?
            .downcast_mut()
            .ok_or(ResourceTableError::WrongType)
    }

    /// Returns the object at a number, which may be of any type.
    ///
    /// # Errors
    ///
    /// Returns [`ResourceTableError::NotPresent`] if there is none.
    pub fn get_any_mut(&mut self, key: u32) -> Result<&mut dyn Any, ResourceTableError> {
        Ok(&mut *self.entry_mut(key)?.object)
    }

    /// Removes an object from the table and returns it.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - there is no object ([`ResourceTableError::NotPresent`]);
    /// - it has children ([`ResourceTableError::HasChildren`]);
    /// - it is no `T` ([`ResourceTableError::WrongType`]). It is removed and dropped all the same.
    ///
    /// # Panics
    ///
    /// Panics if the resource is borrowed, in a build with debug assertions.
    pub fn delete<T>(&mut self, resource: Resource<T>) -> Result<T, ResourceTableError>
    where
        T: Any,
    {
        debug_assert!(
            resource.owned(),
            "expected an owned resource to delete, found a borrowed one"
        );
        match self.remove(resource.rep())?.downcast() {
            Ok(object) => Ok(*object),
            Err(_) => Err(ResourceTableError::WrongType),
        }
    }

    /// Returns an iterator over the objects at some numbers, in ascending order, each with the
    /// value that the map has for its number.
    ///
    /// All the objects can be changed at the same time. A number without an object yields
    /// [`ResourceTableError::NotPresent`] in its place.
    ///
    /// # Examples
    ///
    /// ```
    /// use libwasmtime::component::ResourceTable;
    /// use std::collections::BTreeMap;
    ///
    /// let mut table = ResourceTable::new();
    /// let first = table.push(1_u32)?;
    /// let second = table.push(2_u32)?;
    ///
    /// let wanted = BTreeMap::from([(first.rep(), "first"), (second.rep(), "second")]);
    /// for (object, name) in table.iter_entries(wanted) {
    ///     let number = object?.downcast_mut::<u32>().expect("both are numbers");
    ///     *number += name.len() as u32;
    /// }
    /// assert_eq!((*table.get(&first)?, *table.get(&second)?), (6, 8));
    /// # Ok::<(), libwasmtime::component::ResourceTableError>(())
    /// ```
    pub fn iter_entries<'a, T>(
        &'a mut self,
        map: BTreeMap<u32, T>,
    ) -> impl Iterator<Item = (Result<&'a mut dyn Any, ResourceTableError>, T)> {
        // A map is in ascending order, so one pass over the places finds all.
        let mut rest = self.places.iter_mut();
        let mut passed = 0;
        map.into_iter().map(move |(number, value)| {
            let number = number as usize;
            let place = rest.nth(number - passed);
            passed = number.saturating_add(1);
            let object: Result<&'a mut dyn Any, _> = match place.and_then(Place::entry_mut) {
                Some(entry) => Ok(&mut *entry.object),
                None => Err(ResourceTableError::NotPresent),
            };
            (object, value)
        })
    }

    /// Returns an iterator over the children of an object, in the order of their numbers.
    ///
    /// # Errors
    ///
    /// Returns [`ResourceTableError::NotPresent`] if the parent isn't in the table.
    pub fn iter_children<T>(
        &self,
        parent: &Resource<T>,
    ) -> Result<impl Iterator<Item = &(dyn Any + Send)> + use<'_, T>, ResourceTableError>
    where
        T: 'static,
    {
        let children = self.entry(parent.rep())?.children.iter();
        Ok(children.map(|&child| {
            let entry = self.entry(child).expect("children are in the table");
            &*entry.object
        }))
    }

    /// Returns an iterator over all objects, in the order of their numbers.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut (dyn Any + Send)> {
        let entries = self.places.iter_mut().filter_map(Place::entry_mut);
        entries.map(|entry| &mut *entry.object)
    }

    fn entry(&self, number: u32) -> Result<&Entry, ResourceTableError> {
        self.places
            .get(number as usize)
            .and_then(Place::entry)
            .ok_or(ResourceTableError::NotPresent)
    }

    fn entry_mut(&mut self, number: u32) -> Result<&mut Entry, ResourceTableError> {
        self.places
            .get_mut(number as usize)
            .and_then(Place::entry_mut)
            .ok_or(ResourceTableError::NotPresent)
    }

    /// Puts an object into the place that was freed last, or into a new one, and returns its
    /// number. The parent's children are left to the caller.
    fn insert(
        &mut self,
        object: Box<dyn Any + Send>,
        parent: Option<u32>,
    ) -> Result<u32, ResourceTableError> {
        let index = self.next_free.unwrap_or(self.places.len());
        let number = u32::try_from(index).map_err(|_| ResourceTableError::Full)?;
        let occupied = Place::Occupied(Entry {
            object,
            parent,
            children: BTreeSet::new(),
        });
        match self.places.get_mut(index) {
            Some(place) => match mem::replace(place, occupied) {
                Place::Free { next } => self.next_free = next,
                Place::Occupied(_) => unreachable!("the list of free places has those only"),
            },
            None if index < self.max_capacity => self.places.push(occupied),
            None => return Err(ResourceTableError::Full),
        }
        Ok(number)
    }

    /// Frees a place, and returns the object that was in it.
    fn remove(&mut self, number: u32) -> Result<Box<dyn Any + Send>, ResourceTableError> {
        let entry = self.entry(number)?;
        if !entry.children.is_empty() {
            return Err(ResourceTableError::HasChildren);
        }
        if let Some(parent) = entry.parent {
            self.entry_mut(parent)?.children.remove(&number);
        }
        let index = number as usize;
        let free = Place::Free {
            next: self.next_free,
        };
        match mem::replace(&mut self.places[index], free) {
            Place::Occupied(entry) => {
                self.next_free = Some(index);
                Ok(entry.object)
            }
            Place::Free { .. } => unreachable!("the place has an entry"),
        }
    }
}

impl Default for ResourceTable {
    fn default() -> ResourceTable {
        ResourceTable::new()
    }
}

/// Lists the numbers of the objects.
impl fmt::Debug for ResourceTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = self.places.iter().enumerate();
        let numbers = places.filter_map(|(number, place)| place.entry().map(|_| number));
        f.debug_list().entries(numbers).finish()
    }
}

/// The reasons for which a [`ResourceTable`] refuses an operation.
#[derive(Debug)]
pub enum ResourceTableError {
    /// The table has as many objects as it can have.
    ///
    /// [`ResourceTable::set_max_capacity`] sets how many that are.
    Full,
    /// There is no object at the resource's number.
    NotPresent,
    /// The object at the resource's number is of another type.
    WrongType,
    /// The object has children, which have to be deleted first, or separated from it by
    /// [`ResourceTable::remove_child`].
    HasChildren,
}

// In the words of the `wasmtime` crate.
impl fmt::Display for ResourceTableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ResourceTableError::Full => "resource table has no free keys",
            ResourceTableError::NotPresent => "resource not present",
            ResourceTableError::WrongType => "resource is of another type",
            ResourceTableError::HasChildren => "resource has children",
        })
    }
}

impl Error for ResourceTableError {}
