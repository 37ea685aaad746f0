package org.mutatio.accounts.password;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mutatio.sdk.mail.MailAddress;

class NewPasswordTest {

    private static final MailAddress OWNER = MailAddress.parse("annabelle@example.com");

    @Test
    void aGeneratedOneIsFourGroupsOfFiveAndWillDo() {
        SecureRandom random = new SecureRandom();
        String password = NewPassword.generate(random);

        assertTrue(password.matches("([a-hjkmnp-z2-9]{5}-){3}[a-hjkmnp-z2-9]{5}"), "groups of five");
        assertEquals(Optional.empty(), NewPassword.weakness(password, OWNER));
        assertNotEquals(password, NewPassword.generate(random));
    }

    @ParameterizedTest
    @ValueSource(strings = {"correct horse battery", "\u043F\u0430\u0440\u043E\u043B\u044C\u043D\u044B\u0439 1"})
    void goodOnes(String password) {
        assertEquals(Optional.empty(), NewPassword.weakness(password, OWNER));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            ""                         | is empty
            short-one                  | fewer than 10 characters
            aaaaaaaaaaaaaaa            | fewer than 5 different characters
            PassWord123                | easy to guess
            annabelle1                 | easy to guess
            "tab\tin the middle"       | control
            \uFDFA\uFDFA               | fewer than 10 characters
            a\u00ADb\u00ADc\u00ADd\u00ADe\u00AD | fewer than 10 characters
            \u00AD\u200B\u2060\uFEFF\u200C\u200D\u034F\u1806\u180B\u180C | only invisible characters
            """)
    void badOnes(String password, String why) {
        String weakness = NewPassword.weakness(password, OWNER).orElse("will do");

        assertTrue(weakness.contains(why), weakness);
        assertFalse(password.length() > 4 && weakness.contains(password), "repeats the password");
    }
}
