//! Children that answer requests, one JSON line each way. A case that crashes or hangs its child fails alone: the child
//! is started again for the next one.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How long one case may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// The first answer of a child waits for its start as well.
const START: Duration = Duration::from_secs(60);

/// Answers to `requests`, in their order, from `count` children made by `start`.
pub fn answers(requests: &[Value], count: usize, start: &(dyn Fn() -> Command + Sync)) -> Vec<Value> {
    let next = AtomicUsize::new(0);
    let answers = Mutex::new(vec![Value::Null; requests.len()]);
    std::thread::scope(|scope| {
        for _ in 0..count.min(requests.len()) {
            scope.spawn(|| {
                let mut worker = None;
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    let Some(request) = requests.get(i) else { break };
                    let answer = ask(&mut worker, request, start);
                    answers.lock().expect("no worker panics while it holds the lock")[i] = answer;
                }
            });
        }
    });
    answers.into_inner().expect("all workers have ended")
}

/// The answer to one request, however long it takes within reason.
pub fn answer(request: &Value, command: Command) -> Value {
    match Worker::start(command).and_then(|mut worker| worker.ask(request)) {
        Ok(answer) => answer,
        Err(why) => failure(request, &why),
    }
}

/// One request to the worker, which is started if it is not running and dropped if it fails.
fn ask(worker: &mut Option<Worker>, request: &Value, start: &dyn Fn() -> Command) -> Value {
    if worker.is_none() {
        match Worker::start(start()) {
            Ok(started) => *worker = Some(started),
            Err(why) => return failure(request, &why),
        }
    }
    let running = worker.as_mut().expect("started above");
    match running.ask(request) {
        Ok(answer) => answer,
        Err(why) => {
            *worker = None;
            failure(request, &why)
        }
    }
}

/// The outcome of a case whose child gave none.
fn failure(request: &Value, why: &str) -> Value {
    json!({"id": request["id"], "error": {"type": "(runner)", "msg": why}})
}

struct Worker {
    child: Child,
    stdin: ChildStdin,
    lines: Receiver<String>,
    said: Arc<Mutex<String>>,
    fresh: bool,
}

impl Worker {
    fn start(mut command: Command) -> Result<Self, String> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|e| format!("the runner did not start: {e}"))?;
        let stdin = child.stdin.take().expect("piped");
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        let stderr = BufReader::new(child.stderr.take().expect("piped"));
        let (send, lines) = channel();
        std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        let said = Arc::new(Mutex::new(String::new()));
        let heard = Arc::clone(&said);
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let mut said = heard.lock().expect("plain pushes do not panic");
                // Only the beginning tells what happened; a backtrace does not.
                if said.len() < 400 {
                    said.push_str(&line);
                    said.push(' ');
                }
            }
        });
        Ok(Self { child, stdin, lines, said, fresh: true })
    }

    fn ask(&mut self, request: &Value) -> Result<Value, String> {
        self.said.lock().expect("plain pushes do not panic").clear();
        // A child that has ended shows as a closed pipe here or below.
        let _ = writeln!(self.stdin, "{request}").and_then(|()| self.stdin.flush());
        let patience = if self.fresh { START } else { PATIENCE };
        loop {
            match self.lines.recv_timeout(patience) {
                // What is no JSON object is somebody's stray print.
                Ok(line) => match serde_json::from_str::<Value>(&line) {
                    Ok(answer) if answer["id"] == request["id"] => {
                        self.fresh = false;
                        return Ok(answer);
                    }
                    _ => continue,
                },
                Err(RecvTimeoutError::Timeout) => return Err(format!("no answer within {} s", patience.as_secs())),
                Err(RecvTimeoutError::Disconnected) => {
                    let status = self.child.wait().map_or_else(|e| e.to_string(), |status| status.to_string());
                    // The other pipe's reader may be a moment behind.
                    std::thread::sleep(Duration::from_millis(20));
                    let said = self.said.lock().expect("plain pushes do not panic");
                    return Err(format!("the runner crashed ({status}): {}", said.trim()));
                }
            }
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A child that echoes requests, but dies on `die`.
    fn echo() -> Command {
        let mut command = Command::new("sh");
        command.args([
            "-c",
            "while read -r line; do case $line in *die*) echo oh no >&2; exit 3;; esac; echo \"$line\"; done",
        ]);
        command
    }

    #[test]
    fn a_crash_fails_only_its_own_case() {
        let requests: Vec<Value> = ["a", "die", "b", "c"].iter().map(|id| json!({ "id": id })).collect();
        let got = answers(&requests, 1, &echo);
        assert_eq!(got[0], json!({"id": "a"}));
        assert_eq!(got[1]["error"]["msg"], "the runner crashed (exit status: 3): oh no");
        assert_eq!(got[2..], [json!({"id": "b"}), json!({"id": "c"})]);
    }

    #[test]
    fn answers_keep_the_order_of_the_requests() {
        let requests: Vec<Value> = (0..50).map(|id| json!({ "id": id })).collect();
        assert_eq!(answers(&requests, 3, &echo), requests);
    }
}
