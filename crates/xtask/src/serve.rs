//! `cargo xtask serve`: builds the page, serves `web/dist` on 127.0.0.1 and builds again when a source file changes.

use crate::app;
use crate::sh::{self, Result};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, SystemTime};

/// `serve [--port N] [--no-watch] [--no-build]`.
pub fn command(args: &[String]) -> Result {
    let (mut port, mut watching, mut building) = (8080u16, true, true);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--port" => port = args.next().and_then(|p| p.parse().ok()).ok_or("--port needs a number")?,
            "--no-watch" => watching = false,
            "--no-build" => building = false,
            other => return Err(format!("no option {other}")),
        }
    }
    let before = SystemTime::now();
    if building {
        app::build()?;
    }
    let listener = TcpListener::bind(("127.0.0.1", port)).map_err(|e| format!("cannot listen on port {port}: {e}"))?;
    let port = listener.local_addr().map_err(|e| e.to_string())?.port();
    println!("Serving on http://127.0.0.1:{port}/");
    if watching {
        std::thread::spawn(move || watch(before));
    }
    serve(&listener, &app::dist());
    Ok(())
}

/// Builds again whenever a source is newer than the last build.
fn watch(mut built: SystemTime) {
    loop {
        std::thread::sleep(Duration::from_millis(700));
        let root = sh::root();
        let crates = changed(&root.join("crates"), built) || changed(&root.join("shaders"), built);
        if !crates && !changed(&root.join("web"), built) {
            continue;
        }
        built = SystemTime::now();
        let result = if crates { app::build().map(drop) } else { app::page() };
        match result {
            Ok(()) => sh::say("built again: reload the page"),
            Err(message) => sh::say(message),
        }
    }
}

/// Whether a source below `dir` was written after `since`.
fn changed(dir: &Path, since: SystemTime) -> bool {
    let Ok(entries) = std::fs::read_dir(dir) else { return false };
    entries.flatten().any(|entry| {
        let (path, name) = (entry.path(), entry.file_name());
        if path.is_dir() {
            return !["node_modules", "dist", "wasm", "target"].iter().any(|out| name == *out) && changed(&path, since);
        }
        entry.metadata().and_then(|m| m.modified()).is_ok_and(|time| time > since)
    })
}

/// Answers requests for the files of a folder until the process ends.
pub fn serve(listener: &TcpListener, dir: &Path) {
    for stream in listener.incoming().flatten() {
        let dir = dir.to_path_buf();
        std::thread::spawn(move || {
            // A browser that goes away in the middle is nobody's error.
            let _ = answer(stream, &dir);
        });
    }
}

fn answer(mut stream: TcpStream, dir: &Path) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut reader = BufReader::new(stream.try_clone()?);
    // Several requests may come over one connection.
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first)? == 0 {
            return Ok(());
        }
        let mut header = String::new();
        while reader.read_line(&mut header)? > 0 && header.trim_end() != "" {
            header.clear();
        }
        let mut words = first.split_whitespace();
        let (method, target) = (words.next().unwrap_or(""), words.next().unwrap_or("/"));
        let (status, mime, body) = match method {
            "GET" | "HEAD" => match file(dir, target).and_then(|path| Some((mime(&path), std::fs::read(path).ok()?))) {
                Some((mime, body)) => ("200 OK", mime, body),
                None => ("404 Not Found", "text/plain; charset=utf-8", b"not found\n".to_vec()),
            },
            _ => ("405 Method Not Allowed", "text/plain; charset=utf-8", b"only GET and HEAD\n".to_vec()),
        };
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Type: {mime}\r\nContent-Length: {}\r\nCache-Control: no-cache\r\n\r\n",
            body.len()
        )?;
        if method != "HEAD" {
            stream.write_all(&body)?;
        }
        stream.flush()?;
    }
}

/// The file that a request's target names, never one outside the folder.
fn file(dir: &Path, target: &str) -> Option<PathBuf> {
    let path = target.split(['?', '#']).next().unwrap_or("");
    let path = PathBuf::from(decode(path.trim_start_matches('/'))?);
    if path.components().any(|part| !matches!(part, Component::Normal(_))) {
        return None;
    }
    let path = dir.join(path);
    Some(if path.is_dir() { path.join("index.html") } else { path })
}

/// Undoes percent encoding.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        if *first == b'%' {
            let hex = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(hex, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}

fn mime(path: &Path) -> &'static str {
    match path.extension().and_then(|e| e.to_str()).unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" | "webmanifest" => "application/json; charset=utf-8",
        // Browsers compile a module while it loads only under this name.
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" | "md" | "py" | "wgsl" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn targets_stay_in_the_folder() {
        let dir = Path::new("/nowhere");
        let rows = [
            ("/a/b.js", Some("/nowhere/a/b.js")),
            ("/a.js?v=1#x", Some("/nowhere/a.js")),
            ("/a%20b.js", Some("/nowhere/a b.js")),
            ("/../secret", None),
            ("/%2e%2e/secret", None),
            ("//etc/passwd", Some("/nowhere/etc/passwd")),
            ("/%2Fetc/passwd", None),
            ("/%zz", None),
        ];
        for (target, path) in rows {
            assert_eq!(file(dir, target), path.map(PathBuf::from), "{target}");
        }
    }

    #[test]
    fn files_come_with_their_types() {
        let dir = std::env::temp_dir().join(format!("gradlens-serve-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join("index.html"), "<p>hello").unwrap();
        std::fs::write(dir.join("x.wasm"), [0, 97]).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let served = dir.clone();
        std::thread::spawn(move || serve(&listener, &served));
        let ask = |request: &str| {
            let mut stream = TcpStream::connect(address).unwrap();
            write!(stream, "{request}\r\nHost: x\r\n\r\n").unwrap();
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            let mut text = String::new();
            stream.read_to_string(&mut text).unwrap();
            text
        };
        let page = ask("GET / HTTP/1.1");
        assert!(page.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"), "{page}");
        assert!(page.ends_with("\r\n\r\n<p>hello"), "{page}");
        let wasm = ask("HEAD /x.wasm HTTP/1.1");
        assert!(wasm.contains("application/wasm\r\nContent-Length: 2\r\n") && wasm.ends_with("\r\n\r\n"), "{wasm}");
        assert!(ask("GET /none HTTP/1.1").starts_with("HTTP/1.1 404"));
        assert!(ask("POST / HTTP/1.1").starts_with("HTTP/1.1 405"));
        std::fs::remove_dir_all(dir).unwrap();
    }
}
