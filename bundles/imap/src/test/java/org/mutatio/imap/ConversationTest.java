package org.mutatio.imap;

import org.junit.jupiter.api.Test;
import org.mutatio.imap.talk.House;
import org.mutatio.imap.talk.Transcript;

class ConversationTest {

    private static void talk(String text) {
        try (House house = new House()) {
            Transcript.play(house, text);
        }
    }

    @Test
    void fromLoginToLogout() {
        talk("""
                S: * OK [CAPABILITY IMAP4rev2 IMAP4rev1 LITERAL+ ... AUTH=PLAIN AUTH=ROUND] ...
                C: a1 LOGIN ann@example.com secret
                S: a1 OK [CAPABILITY ...] welcome
                C: a2 APPEND INBOX (\\Flagged) "17-Jul-1996 02:44:25 -0700" {33}
                S: + ...
                C: Subject: hello
                C:
                C: first
                C: second
                C:
                S: a2 OK [APPENDUID 1000 1] kept as ...
                C: a3 SELECT INBOX
                S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)
                S: * OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] ...
                S: * 1 EXISTS
                S: * 0 RECENT
                S: * OK [UNSEEN 1] ...
                S: * OK [UIDVALIDITY 1000] ...
                S: * OK [UIDNEXT 2] ...
                S: * OK [HIGHESTMODSEQ ...] ...
                S: a3 OK [READ-WRITE] selected
                C: a4 FETCH 1 (FLAGS INTERNALDATE RFC822.SIZE BODY[])
                S: * 1 FETCH (FLAGS (\\Seen \\Flagged) INTERNALDATE "17-Jul-1996 09:44:25 +0000" RFC822.SIZE 33 BODY[] {33}
                S: Subject: hello
                S:
                S: first
                S: second
                S: )
                S: a4 OK ...
                C: a5 STORE 1 +FLAGS (\\Deleted $Junk)
                S: * FLAGS (... $Junk)
                S: * OK [PERMANENTFLAGS (... $Junk \\*)] ...
                S: * 1 FETCH (FLAGS (\\Seen \\Flagged \\Deleted $Junk))
                S: a5 OK ...
                C: a6 EXPUNGE
                S: * 1 EXPUNGE
                S: a6 OK ...
                C: a7 LOGOUT
                S: * BYE ...
                S: a7 OK ...
                S: <end>
                """);
    }
}
