"""A round with Python's smtplib and imaplib: send, list, read with an attachment, flag, move, delete, idle by NOOP."""
import email
import email.policy
import imaplib
import smtplib
import ssl
import sys
from email.message import EmailMessage

host, submission, imap, sender, password, reader = sys.argv[1:7]
context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE

message = EmailMessage()
message["From"] = sender
message["To"] = reader
message["Subject"] = "Grüße mit Anhang"
message.set_content("Hallo, hier ist der Anhang.\n.\n..zwei Punkte\n")
octets = bytes(range(256)) * 100
message.add_attachment(octets, maintype="application", subtype="octet-stream", filename="Übersicht.bin")

with smtplib.SMTP(host, int(submission)) as smtp:
    smtp.starttls(context=context)
    smtp.login(sender, password)
    assert smtp.has_extn("8bitmime") and smtp.has_extn("size") and smtp.has_extn("pipelining"), smtp.esmtp_features
    assert smtp.send_message(message) == {}

box = imaplib.IMAP4(host, int(imap))
box.starttls(ssl_context=context)
box.login(reader, password)


def ok(result):
    assert result[0] == "OK", result
    return result[1]


names = [line.decode() for line in ok(box.list())]
assert any("\\Junk" in name for name in names), names
assert int(ok(box.select("INBOX"))[0]) == 1
(number,) = ok(box.search(None, "UNSEEN"))[0].split()
assert ok(box.search("UTF-8", "SUBJECT", '"Anhang"'))[0].split() == [number]
box.literal = "Grüße".encode()
assert ok(box.search("UTF-8", "SUBJECT"))[0].split() == [number]
raw = ok(box.fetch(number, "(BODY[])"))[0][1]
received = email.message_from_bytes(raw, policy=email.policy.default)
assert received["Subject"] == "Grüße mit Anhang", received["Subject"]
attachment = next(received.iter_attachments())
assert attachment.get_filename() == "Übersicht.bin"
assert attachment.get_content() == octets
text = received.get_body().get_content()
# Python keeps the CR LF of the wire.
assert text == "Hallo, hier ist der Anhang.\r\n.\r\n..zwei Punkte\r\n", repr(text)
assert ok(box.search(None, "SEEN"))[0].split() == [number]
ok(box.store(number, "+FLAGS", "(\\Flagged $Work)"))
assert ok(box.search(None, "FLAGGED KEYWORD $Work"))[0].split() == [number]
ok(box.create("Projekte/Süden".encode("utf-7").decode().replace("+", "&")))
uid = ok(box.uid("SEARCH", "ALL"))[0].decode()
ok(box.uid("MOVE", uid, "Archive"))
assert ok(box.search(None, "ALL"))[0] == b""
assert int(ok(box.select("Archive"))[0]) == 1
flags = ok(box.fetch("1", "(FLAGS)"))[0].decode()
assert "\\Flagged" in flags and "$Work" in flags and "\\Seen" in flags, flags
ok(box.store("1", "+FLAGS", "\\Deleted"))
assert ok(box.expunge()) == [b"1"]
appended = box.append("Drafts", "\\Draft", imaplib.Time2Internaldate(0), b"Subject: draft\r\n\r\nlater\r\n")
assert appended[0] == "OK" and b"APPENDUID" in appended[1][0], appended
ok(box.close())
box.logout()
print("round complete")
