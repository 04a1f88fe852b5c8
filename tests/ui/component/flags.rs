//! Flags have a name, and a constant for each.

use libwasmtime::component::flags;

flags! {
    struct Access {
        const READ;
    }
}

flags! {
    pub Public {
        const READ;
    }
}

flags! {
    Bits {
        const READ = 1;
    }
}

flags! {
    Without {
        READ,
        WRITE,
    }
}

flags! {
    Commas {
        const READ,
        const WRITE,
    }
}

flags! {
    Options {
        #[component(rename = "read")]
        const READ;
    }
}

flags! {
    Twice {
        const READ;
        const READ;
    }
}

flags! {
    NoBraces
}

flags! {}

fn main() {}
