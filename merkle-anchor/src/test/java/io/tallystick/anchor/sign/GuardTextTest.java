// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.sign;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuardTextTest {
    private static final String LEDGER = "ledger.example.com";
    private static final String HEADER = "tallystick/signer-guard/v1 ledger.example.com\n";

    private static SigningGuard guard() {
        SigningGuard guard = new SigningGuard();
        guard.record(LEDGER + "/acme/3", new TreeHead(12, Hash.ZERO));
        guard.record(LEDGER, new TreeHead(3, Hash.sha256()));
        return guard;
    }

    private static String digest(String body) {
        return body + "end " + Hash.sha256(body.getBytes(UTF_8)) + "\n";
    }

    @Test
    void theTextIsTheDocumentedOne() {
        String body = HEADER + LEDGER + " 3 " + Hash.sha256() + "\n" + LEDGER + "/acme/3 12 " + Hash.ZERO + "\n";

        assertThat(new String(GuardText.encode(LEDGER, guard()), UTF_8)).isEqualTo(digest(body));
        assertThat(GuardText.parse(LEDGER, GuardText.encode(LEDGER, guard())).heads())
                .isEqualTo(guard().heads());
    }

    @Test
    void theGuardOfANewLedgerIsEmpty() {
        byte[] text = GuardText.encode(LEDGER, new SigningGuard());

        assertThat(GuardText.parse(LEDGER, text).heads()).isEmpty();
    }

    @Test
    void everyTornTextIsRefused() {
        byte[] text = GuardText.encode(LEDGER, guard());
        for (int length = 0; length < text.length; length++) {
            byte[] torn = Arrays.copyOf(text, length);

            assertThatIllegalArgumentException().isThrownBy(() -> GuardText.parse(LEDGER, torn));
        }
    }

    @Test
    void everyChangedByteIsRefused() {
        byte[] text = GuardText.encode(LEDGER, guard());
        for (int at = 0; at < text.length; at++) {
            byte[] changed = text.clone();
            changed[at] ^= 1;

            assertThatIllegalArgumentException().isThrownBy(() -> GuardText.parse(LEDGER, changed));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a 1\n",
                "a 1 0 0\n",
                "a 01 0000000000000000000000000000000000000000000000000000000000000000\n",
                "a -1 0000000000000000000000000000000000000000000000000000000000000000\n",
                "a one 0000000000000000000000000000000000000000000000000000000000000000\n",
                "a 1 00\n",
                "\n",
                """
                b 1 0000000000000000000000000000000000000000000000000000000000000000
                a 1 0000000000000000000000000000000000000000000000000000000000000000
                """,
                """
                a 1 0000000000000000000000000000000000000000000000000000000000000000
                a 1 0000000000000000000000000000000000000000000000000000000000000000
                """
            })
    void linesOfAnotherFormAreRefused(String lines) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GuardText.parse(LEDGER, digest(HEADER + lines).getBytes(UTF_8)));
    }
}
