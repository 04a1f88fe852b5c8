//! What libwasmtime defines for WASI 2: names, to know what is defined without a store.

/// An interface that libwasmtime defines.
pub struct Interface {
    /// The latest version. Earlier ones are found by it.
    pub name: &'static str,
    /// Whether it has functions that wait, which are asynchronous in an asynchronous linker.
    pub waits: bool,
    /// Its resources and functions, with a space between two.
    pub items: &'static str,
}

/// The interfaces of the world `wasi:cli/imports`.
// Version 48: without what is unstable; look at `src/p2/wit` in `wasmtime-wasi`.
pub const CLI: &[Interface] = &[
    Interface {
        name: "wasi:cli/environment@0.2.12",
        waits: false,
        items: "get-environment get-arguments initial-cwd",
    },
    Interface {
        name: "wasi:cli/exit@0.2.12",
        waits: false,
        items: "exit exit-with-code",
    },
    Interface {
        name: "wasi:io/error@0.2.12",
        waits: false,
        items: "error [method]error.to-debug-string",
    },
    Interface {
        name: "wasi:io/poll@0.2.12",
        waits: true,
        items: "pollable [method]pollable.ready [method]pollable.block poll",
    },
    Interface {
        name: "wasi:io/streams@0.2.12",
        waits: true,
        items: "input-stream output-stream [method]input-stream.read \
            [method]input-stream.blocking-read [method]input-stream.skip \
            [method]input-stream.blocking-skip [method]input-stream.subscribe \
            [method]output-stream.check-write [method]output-stream.write \
            [method]output-stream.blocking-write-and-flush [method]output-stream.flush \
            [method]output-stream.blocking-flush [method]output-stream.subscribe \
            [method]output-stream.write-zeroes \
            [method]output-stream.blocking-write-zeroes-and-flush \
            [method]output-stream.splice [method]output-stream.blocking-splice",
    },
    Interface {
        name: "wasi:cli/stdin@0.2.12",
        waits: false,
        items: "get-stdin",
    },
    Interface {
        name: "wasi:cli/stdout@0.2.12",
        waits: false,
        items: "get-stdout",
    },
    Interface {
        name: "wasi:cli/stderr@0.2.12",
        waits: false,
        items: "get-stderr",
    },
    Interface {
        name: "wasi:cli/terminal-input@0.2.12",
        waits: false,
        items: "terminal-input",
    },
    Interface {
        name: "wasi:cli/terminal-output@0.2.12",
        waits: false,
        items: "terminal-output",
    },
    Interface {
        name: "wasi:cli/terminal-stdin@0.2.12",
        waits: false,
        items: "get-terminal-stdin",
    },
    Interface {
        name: "wasi:cli/terminal-stdout@0.2.12",
        waits: false,
        items: "get-terminal-stdout",
    },
    Interface {
        name: "wasi:cli/terminal-stderr@0.2.12",
        waits: false,
        items: "get-terminal-stderr",
    },
    Interface {
        name: "wasi:clocks/monotonic-clock@0.2.12",
        waits: false,
        items: "now resolution subscribe-instant subscribe-duration",
    },
    Interface {
        name: "wasi:clocks/wall-clock@0.2.12",
        waits: false,
        items: "now resolution",
    },
    Interface {
        name: "wasi:filesystem/types@0.2.12",
        waits: true,
        items: "descriptor directory-entry-stream [method]descriptor.read-via-stream \
            [method]descriptor.write-via-stream [method]descriptor.append-via-stream \
            [method]descriptor.advise [method]descriptor.sync-data \
            [method]descriptor.get-flags [method]descriptor.get-type \
            [method]descriptor.set-size [method]descriptor.set-times \
            [method]descriptor.read [method]descriptor.write \
            [method]descriptor.read-directory [method]descriptor.sync \
            [method]descriptor.create-directory-at [method]descriptor.stat \
            [method]descriptor.stat-at [method]descriptor.set-times-at \
            [method]descriptor.link-at [method]descriptor.open-at \
            [method]descriptor.readlink-at [method]descriptor.remove-directory-at \
            [method]descriptor.rename-at [method]descriptor.symlink-at \
            [method]descriptor.unlink-file-at [method]descriptor.is-same-object \
            [method]descriptor.metadata-hash [method]descriptor.metadata-hash-at \
            [method]directory-entry-stream.read-directory-entry filesystem-error-code",
    },
    Interface {
        name: "wasi:filesystem/preopens@0.2.12",
        waits: false,
        items: "get-directories",
    },
    Interface {
        name: "wasi:sockets/network@0.2.12",
        waits: false,
        items: "network",
    },
    Interface {
        name: "wasi:sockets/instance-network@0.2.12",
        waits: false,
        items: "instance-network",
    },
    Interface {
        name: "wasi:sockets/udp@0.2.12",
        waits: true,
        items: "udp-socket incoming-datagram-stream outgoing-datagram-stream \
            [method]udp-socket.start-bind [method]udp-socket.finish-bind \
            [method]udp-socket.stream [method]udp-socket.local-address \
            [method]udp-socket.remote-address [method]udp-socket.address-family \
            [method]udp-socket.unicast-hop-limit [method]udp-socket.set-unicast-hop-limit \
            [method]udp-socket.receive-buffer-size \
            [method]udp-socket.set-receive-buffer-size [method]udp-socket.send-buffer-size \
            [method]udp-socket.set-send-buffer-size [method]udp-socket.subscribe \
            [method]incoming-datagram-stream.receive \
            [method]incoming-datagram-stream.subscribe \
            [method]outgoing-datagram-stream.check-send \
            [method]outgoing-datagram-stream.send \
            [method]outgoing-datagram-stream.subscribe",
    },
    Interface {
        name: "wasi:sockets/udp-create-socket@0.2.12",
        waits: true,
        items: "create-udp-socket",
    },
    Interface {
        name: "wasi:sockets/tcp@0.2.12",
        waits: true,
        items: "tcp-socket [method]tcp-socket.start-bind [method]tcp-socket.finish-bind \
            [method]tcp-socket.start-connect [method]tcp-socket.finish-connect \
            [method]tcp-socket.start-listen [method]tcp-socket.finish-listen \
            [method]tcp-socket.accept [method]tcp-socket.local-address \
            [method]tcp-socket.remote-address [method]tcp-socket.is-listening \
            [method]tcp-socket.address-family [method]tcp-socket.set-listen-backlog-size \
            [method]tcp-socket.keep-alive-enabled \
            [method]tcp-socket.set-keep-alive-enabled \
            [method]tcp-socket.keep-alive-idle-time \
            [method]tcp-socket.set-keep-alive-idle-time \
            [method]tcp-socket.keep-alive-interval \
            [method]tcp-socket.set-keep-alive-interval [method]tcp-socket.keep-alive-count \
            [method]tcp-socket.set-keep-alive-count [method]tcp-socket.hop-limit \
            [method]tcp-socket.set-hop-limit [method]tcp-socket.receive-buffer-size \
            [method]tcp-socket.set-receive-buffer-size [method]tcp-socket.send-buffer-size \
            [method]tcp-socket.set-send-buffer-size [method]tcp-socket.subscribe \
            [method]tcp-socket.shutdown",
    },
    Interface {
        name: "wasi:sockets/tcp-create-socket@0.2.12",
        waits: false,
        items: "create-tcp-socket",
    },
    Interface {
        name: "wasi:sockets/ip-name-lookup@0.2.12",
        waits: false,
        items: "resolve-address-stream [method]resolve-address-stream.resolve-next-address \
            [method]resolve-address-stream.subscribe resolve-addresses",
    },
    Interface {
        name: "wasi:random/random@0.2.12",
        waits: false,
        items: "get-random-bytes get-random-u64",
    },
    Interface {
        name: "wasi:random/insecure@0.2.12",
        waits: false,
        items: "get-insecure-random-bytes get-insecure-random-u64",
    },
    Interface {
        name: "wasi:random/insecure-seed@0.2.12",
        waits: false,
        items: "insecure-seed",
    },
];

/// The interfaces of [`CLI`] that are in the world `wasi:http/proxy`.
pub const PROXY: &[&str] = &[
    "wasi:io/error@0.2.12",
    "wasi:io/poll@0.2.12",
    "wasi:io/streams@0.2.12",
    "wasi:clocks/wall-clock@0.2.12",
    "wasi:clocks/monotonic-clock@0.2.12",
    "wasi:random/random@0.2.12",
    "wasi:cli/stdin@0.2.12",
    "wasi:cli/stdout@0.2.12",
    "wasi:cli/stderr@0.2.12",
];

/// The interfaces of `wasi:http` that components import.
// Version 48: look at `wit` in `wasmtime-wasi-http`.
#[cfg(feature = "wasi-http")]
pub const HTTP: &[Interface] = &[
    Interface {
        name: "wasi:http/types@0.2.12",
        waits: false,
        items: "fields incoming-request outgoing-request request-options response-outparam \
            incoming-response incoming-body future-trailers outgoing-response \
            outgoing-body future-incoming-response [constructor]fields \
            [static]fields.from-list [method]fields.get [method]fields.has \
            [method]fields.set [method]fields.delete [method]fields.append \
            [method]fields.entries [method]fields.clone [method]incoming-request.method \
            [method]incoming-request.path-with-query [method]incoming-request.scheme \
            [method]incoming-request.authority [method]incoming-request.headers \
            [method]incoming-request.consume [constructor]outgoing-request \
            [method]outgoing-request.body [method]outgoing-request.method \
            [method]outgoing-request.set-method [method]outgoing-request.path-with-query \
            [method]outgoing-request.set-path-with-query [method]outgoing-request.scheme \
            [method]outgoing-request.set-scheme [method]outgoing-request.authority \
            [method]outgoing-request.set-authority [method]outgoing-request.headers \
            [constructor]request-options [method]request-options.connect-timeout \
            [method]request-options.set-connect-timeout \
            [method]request-options.first-byte-timeout \
            [method]request-options.set-first-byte-timeout \
            [method]request-options.between-bytes-timeout \
            [method]request-options.set-between-bytes-timeout \
            [static]response-outparam.set [method]incoming-response.status \
            [method]incoming-response.headers [method]incoming-response.consume \
            [method]incoming-body.stream [static]incoming-body.finish \
            [method]future-trailers.subscribe [method]future-trailers.get \
            [constructor]outgoing-response [method]outgoing-response.status-code \
            [method]outgoing-response.set-status-code [method]outgoing-response.headers \
            [method]outgoing-response.body [method]outgoing-body.write \
            [static]outgoing-body.finish [method]future-incoming-response.subscribe \
            [method]future-incoming-response.get http-error-code",
    },
    Interface {
        name: "wasi:http/outgoing-handler@0.2.12",
        waits: false,
        items: "handle",
    },
];
