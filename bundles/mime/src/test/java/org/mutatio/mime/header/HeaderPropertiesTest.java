package org.mutatio.mime.header;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import org.mutatio.fuzz.ForAWhile;
import org.mutatio.mime.OctetStrings;
import org.mutatio.mime.imap.BaseSubject;

class HeaderPropertiesTest {

    /// Text that may stand in a field: no CR, LF, NUL, no blanks at its ends, no half characters.
    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings()
                .withChars("ab .,;:<>()\"\\=?_-@")
                .withChars('\u00e4', '\u20ac', '\u3042')
                .ofMaxLength(300)
                .map(text -> text.strip() + (text.length() % 7 == 0 ? "\uD83D\uDE00" : ""));
    }

    /// What a hostile peer might write: the characters that mean something.
    @Provide
    Arbitrary<String> octets() {
        return Arbitraries.strings()
                .withChars("a=?BQbq<>()\"\\,;:@.[] \t*'%0123/\r\n-")
                .withChars('\u00e4', '\0')
                .ofMaxLength(120);
    }

    @Property(tries = 1000)
    void textGoesThereAndBack(@ForAll("texts") String text) {
        String field = FieldWriter.text("Subject", text);
        assertTrue(OctetStrings.isAscii(field));
        assertTrue(field.lines().allMatch(line -> line.length() <= 998));
        assertEquals(text, EncodedWords.decode(HeaderTest.value(field)));
    }

    @Property(tries = 1000)
    void encodedWordsAreShortAndWhole(@ForAll("texts") String text) {
        String encoded = EncodedWords.encodeAlways(text + "\u00e4");
        for (String word : encoded.split(" ", -1)) {
            assertTrue(word.length() <= 75, word);
            assertTrue(EncodedWords.decode(word).indexOf('\uFFFD') < 0, word);
        }
    }

    @Property(tries = 1000)
    void parametersGoThereAndBack(@ForAll("texts") String text) {
        if (text.isEmpty()) {
            return;
        }
        var parameters = MediaType.parse("a/b" + ExtendedValue.encode("name", text))
                .orElseThrow()
                .parameters();
        boolean looksEncoded = text.contains("=?"); // then RFC 2047 is read into it, as readers do
        assertEquals(looksEncoded ? parameters.text("name") : java.util.Optional.of(text), parameters.text("name"));
    }

    @Property(tries = ForAWhile.MANY)
    @AddLifecycleHook(ForAWhile.class)
    void nothingThrowsWhateverIsWritten(@ForAll("octets") String octets) {
        EncodedWords.decode(octets);
        MailDate.parse(octets);
        MediaType.parse(octets).ifPresent(type -> type.parameters().texts());
        MediaType.parse("a/b" + octets).orElseThrow().parameters().texts();
        Disposition.parse(octets)
                .ifPresent(disposition -> disposition.parameters().texts());
        ContentTransferEncoding.token(octets);
        Parameter.words(octets);
        BaseSubject.of(octets);
        for (Address.Mailbox mailbox : AddressList.mailboxes(octets)) {
            mailbox.displayName();
            mailbox.address();
        }
        HeaderBlock block = HeaderBlock.of(octets.getBytes(StandardCharsets.ISO_8859_1));
        int at = 0;
        for (HeaderBlock.Field field : block.fields()) {
            assertEquals(at, field.start());
            at = field.end();
            field.text();
        }
        assertTrue(at <= block.bodyStart());
    }
}
