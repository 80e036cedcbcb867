//! Nothing secret is printed: not by any type, not in any error, not in the most talkative log.

use super::*;
use crate::service::HIDDEN;
use leastwise_external_score::CredentialsError;
use std::io;
use std::sync::Mutex;
use tracing_subscriber::filter::LevelFilter;

/// Everything that is logged, in either of the two ways.
struct Log;

static LOGGED: Mutex<Vec<u8>> = Mutex::new(Vec::new());

impl io::Write for Log {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        LOGGED.lock().unwrap().extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl log::Log for Log {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = format!("{} {}\n", record.target(), record.args());
        LOGGED.lock().unwrap().extend_from_slice(line.as_bytes());
    }

    fn flush(&self) {}
}

#[tokio::test]
async fn neither_debug_nor_errors_nor_logs_show_a_secret() {
    log::set_logger(&Log).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let lines = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE);
    let subscriber = lines.with_writer(|| Log).finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let mut printed = String::new();
    let mut print = |text: String| printed.push_str(&text);
    let knowledge = knowledge();
    let (service, client) = service(limits(), move |request| knowledge.answer(request));
    let session = client.sign_in(now(), soon()).await.unwrap();
    print(format!("{client:?} {session:?}"));
    print(format!("{:?}", session.identities(PrincipalKind::User, ACCOUNT).await));
    print(format!("{:?}", session.suggestion(&BOB.parse().unwrap()).await));
    let all = json!({
        "errorCode": "hidden-token", "errorMessage": "hidden-secret-key hidden-access-key",
        "accessToken": "hidden-token", "data": [{ "name": 1, "policy": "hidden-token" }],
    });
    for status in [200, 302, 400, 401, 429, 500] {
        let body = all.clone();
        let (_service, client) = signed_in_service(limits(), move |_| Answer::of(status, &body));
        let error = users(&client).await.unwrap_err();
        print(format!("{error} {error:?}"));
    }
    let mistrusting = super::client(&service.secret(&Authority::new().pem()), limits()).unwrap();
    let error = users(&mistrusting).await.unwrap_err();
    print(format!("{error} {error:?}"));
    for broken in [r#"{"hidden":1}"#, r#"["hidden"]"#, r#"{"serviceId":["hidden"]}"#, "hidden"] {
        let error: CredentialsError = Credentials::parse(broken).unwrap_err();
        print(format!("{error} {error:?}"));
    }
    let logged = String::from_utf8(LOGGED.lock().unwrap().clone()).unwrap();
    // The log is there, and it is that of the connections.
    assert!(logged.contains("hyper_util") && logged.contains("reqwest"), "{logged}");
    for text in [&printed, &logged] {
        assert!(!text.contains(HIDDEN), "{text}");
    }
}
