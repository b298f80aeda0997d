"""E-mails over a real connection: what arrives, and that a failure or a second run loses and doubles none."""

import socketserver
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import Message

import pytest
from django.db import connection

from sightline.config.environment import email
from sightline.core import commands
from sightline.core.models import Notice, NoticeKind, RoleAssignment
from sightline.core.notices import Sent, notify, send_digests

pytestmark = pytest.mark.django_db(transaction=True)

MORNING = datetime(2026, 3, 10, 7, 0, tzinfo=UTC)
SENDER = "Sightline <sightline@addiscombe-vale.example>"


class Conversation(socketserver.StreamRequestHandler):
    """One connection of a mail client, as RFC 5321 has it, without extensions."""

    def handle(self) -> None:
        server: MailServer = self.server  # type: ignore[assignment]
        self.say("220 ready")
        for line in self.rfile:
            verb = line.decode().strip().upper()
            server.heard.append(verb.split(" ")[0])
            if verb.startswith("RCPT") and any(name.upper() in verb for name in server.refused):
                self.say("550 no such mailbox")
            elif verb == "DATA":
                self.say("354 go on")
                server.letters.append(self.letter())
                self.say("250 taken")
            elif verb == "QUIT":
                return self.say("221 bye")
            else:
                self.say("250 OK")
        return None

    def letter(self) -> Message:
        lines: list[bytes] = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line.removeprefix(b"."))
        return message_from_bytes(b"".join(lines))

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class MailServer(socketserver.ThreadingTCPServer):
    """Keeps every letter; refuses those to the addresses in `refused`."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.letters: list[Message] = []
        self.heard: list[str] = []
        self.refused: set[str] = set()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


@pytest.fixture
def mail_server(settings) -> Iterator[MailServer]:
    """A mail server that this installation is set up to use."""
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        for name, value in email(server.url, SENDER).items():
            setattr(settings, name, value)
        yield server
        server.shutdown()


@pytest.fixture
def told(cast):
    """Two people who have been told something."""
    RoleAssignment.objects.update(from_on=date(2020, 1, 1))
    notify([cast.analyst, cast.member], NoticeKind.DUE, "Your return – the police's – is due", "/dataset/")
    return cast


def receivers(server: MailServer) -> list[str]:
    return sorted(str(letter["To"]) for letter in server.letters)


def test_an_email_arrives_as_plain_text_and_as_html(told, mail_server):
    assert send_digests(MORNING) == Sent(sent=2, failed=0)
    assert receivers(mail_server) == [told.analyst.email, told.member.email]
    letter = mail_server.letters[0]
    assert letter["From"] == SENDER
    assert letter["Reply-To"] == "business.unit@addiscombe-vale.example"
    assert letter.get_content_type() == "multipart/alternative"
    plain, html = letter.get_payload()
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    for part in (plain, html):
        assert "Your return – the police" in part.get_payload(decode=True).decode()
    assert not Notice.objects.filter(sent_at=None).exists()


def test_a_refused_mailbox_stops_nobody_elses_and_is_tried_again(told, mail_server, caplog):
    mail_server.refused.add(told.analyst.email)
    assert send_digests(MORNING) == Sent(sent=1, failed=1)
    assert receivers(mail_server) == [told.member.email]
    assert f"account {told.analyst.pk}: the daily e-mail was not sent: SMTPRecipientsRefused" in caplog.text
    assert told.analyst.email not in caplog.text
    mail_server.refused.clear()
    assert send_digests(MORNING) == Sent(sent=1, failed=0)
    assert receivers(mail_server) == [told.analyst.email, told.member.email]


def test_while_the_mail_server_is_down_a_run_ends_at_once_and_nothing_is_lost(
    told, mail_server, settings, caplog
):
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 9
    assert send_digests(MORNING) == Sent(sent=0, failed=1)
    assert "the mail server does not answer: ConnectionRefusedError" in caplog.text
    assert Notice.objects.filter(sent_at=None).count() == 2
    settings.EMAIL_PORT = port
    assert send_digests(MORNING) == Sent(sent=2, failed=0)


def test_a_crash_after_the_sending_repeats_one_email_and_loses_none(told, mail_server, monkeypatch):
    class PowerCut(BaseException):
        """The machine stops."""

    def stop(*args, **kwargs):
        raise PowerCut

    monkeypatch.setattr("sightline.core.command.record_event", stop)
    with pytest.raises(PowerCut):
        send_digests(MORNING)
    assert len(mail_server.letters) == 1
    monkeypatch.undo()
    assert send_digests(MORNING) == Sent(sent=2, failed=0)
    assert receivers(mail_server) == [told.analyst.email, told.analyst.email, told.member.email]


def test_two_runs_at_once_send_each_email_once(told, mail_server):
    start, done = threading.Barrier(2), []

    def run() -> None:
        start.wait()
        done.append(send_digests(MORNING))
        connection.close()

    runs = [threading.Thread(target=run) for _ in range(2)]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    assert sum(one.sent for one in done) == 2
    assert sum(one.failed for one in done) == 0
    assert receivers(mail_server) == [told.analyst.email, told.member.email]


def test_without_an_encrypted_connection_neither_password_nor_email_is_sent(told, mail_server, settings):
    address = mail_server.url.replace("smtp://", "smtp+tls://bo:hidden@")
    for name, value in email(address, SENDER).items():
        setattr(settings, name, value)
    with pytest.raises(OSError, match="STARTTLS"):
        commands.send_test_email(told.analyst, by=told.analyst)
    assert "AUTH" not in mail_server.heard
    assert "MAIL" not in mail_server.heard
    assert mail_server.heard, "nothing spoke to the server"
