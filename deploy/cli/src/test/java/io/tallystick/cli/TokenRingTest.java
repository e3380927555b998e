// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Keys of a token as the configuration names them; the token itself is the lane deploy/interop/pkcs11. */
class TokenRingTest {
    private static final Map<String, String> TOKEN = Map.of(
            "ledger.signing.pkcs11.config", "token.cfg",
            "ledger.signing.pkcs11.pin.file", "pin",
            "ledger.signing.pkcs11.keys", " one , two");

    @Test
    void aNewKeyComesLastAndOnce() {
        TokenRing ring = TokenRing.of(TOKEN).with("three").with("three").with("one");

        assertThat(ring.labels()).containsExactly("one", "two", "three");
        assertThat(ring.value()).isEqualTo("one,two,three");
    }

    @Test
    void aKeyThatIsNotNamedHasNothingToHandOver() {
        assertThat(TokenRing.of(TOKEN).having("two").labels()).containsExactly("one", "two");
        assertThatThrownBy(() -> TokenRing.of(TOKEN).having("three"))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("token:three is not among the keys of ledger.signing.pkcs11.keys");
    }

    @Test
    void theLastKeyGoesOnlyWhereAnotherIsElsewhere() {
        TokenRing last = TokenRing.of(TOKEN).without("one", false);

        assertThat(last.labels()).isEqualTo(List.of("two"));
        assertThat(last.without("two", true).value()).isEmpty();
        assertThatThrownBy(() -> last.without("two", false))
                .isInstanceOfSatisfying(CommandException.class, failed -> assertThat(failed.remedy())
                        .contains("keys rotate"))
                .hasMessageContaining("token:two is the only key");
    }

    @Test
    void withoutATokenItIsSaidWhatNamesOne() {
        for (String missing : TOKEN.keySet()) {
            Map<String, String> properties = new TreeMap<>(TOKEN);
            properties.remove(missing);

            assertThatThrownBy(() -> TokenRing.of(properties))
                    .isInstanceOfSatisfying(CommandException.class, failed -> assertThat(failed.remedy())
                            .contains(TOKEN.keySet()))
                    .hasMessageContaining("the configuration has no " + missing);
        }
        assertThat(TokenRing.labels(Map.of())).isEmpty();
    }
}
