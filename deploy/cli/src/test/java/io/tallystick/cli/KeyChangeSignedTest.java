// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.topic.AdminOrder;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRootDraft;
import io.tallystick.verify.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Versions of the trust root whose root keys are elsewhere: they wait for signatures, and may come too late. */
class KeyChangeSignedTest extends KeyChangeFixture {
    @Test
    void aVersionSignedElsewhereMustSayWhatTheStepIs() throws Exception {
        TrustRootDraft other = TrustRootDraft.following(inForce(), NOW);
        Path foreign = directory.resolve("other.json");
        Path early = Files.write(directory.resolve("early.json"), inForce().encode());
        try (SigningKey root = KeyFile.read(keys.root().orElseThrow(), KeyFile.readPassphrase(keys.passphrase()))) {
            Files.write(foreign, other.sign(root).encode());
        }

        assertThatThrownBy(() -> carryOut(introduction(TrustRole.BUNDLE), Optional.of(foreign)))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("does not say what this step is to bring about");
        assertThatThrownBy(() -> carryOut(introduction(TrustRole.BUNDLE), Optional.of(early)))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("does not follow the one in force");
        requireNothingChanged();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2030-01-01T00:00:00Z", "2030-01-07T23:59:59.999Z", "2030-01-08T00:00:00.001Z"})
    void aVersionSignedAfterT1IsRefused(Instant late) throws Exception {
        Path draft = signedElsewhere(introduction(TrustRole.CHECKPOINT));

        assertThatThrownBy(() -> carryOut(introduction(TrustRole.CHECKPOINT, late), Optional.of(draft)))
                .isInstanceOfSatisfying(CommandException.class, failed -> {
                    assertThat(failed.exitCode()).isEqualTo(ExitCode.USAGE);
                    assertThat(failed.remedy()).contains("make the draft again with a longer --in");
                })
                .hasMessageContaining("T1 is past");

        requireNothingChanged();
    }

    @Test
    void aVersionSignedInTheLastMomentIsInstalledAndStaysSo() throws Exception {
        Path draft = signedElsewhere(introduction(TrustRole.CHECKPOINT));

        carryOut(introduction(TrustRole.CHECKPOINT, T1.minusMillis(1)), Optional.of(draft));
        carryOut(introduction(TrustRole.CHECKPOINT, T2.plusMillis(1)), Optional.of(draft));

        requireIntroduced(TrustRole.CHECKPOINT);
    }

    @Test
    void aRetirementSignedElsewhereWaitsForT2() throws Exception {
        carryOut(introduction(TrustRole.BUNDLE));
        Path draft = signedElsewhere(retirement(TrustRole.BUNDLE, T2.plusMillis(1)));

        assertThatThrownBy(() -> carryOut(retirement(TrustRole.BUNDLE, T2), Optional.of(draft)))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("signs until");

        assertThat(inForce().version()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aDraftThatOthersSignedIsNotMadeAgain(boolean dryRun) throws Exception {
        Path draft = signedElsewhere(introduction(TrustRole.BUNDLE));
        byte[] waiting = Files.readAllBytes(draft);
        AdminOrder order = new AdminOrder("ada", Optional.empty(), dryRun);
        KeyChange again = new KeyChange(keys, new ConfigFile(config), chain, order);

        assertThatThrownBy(() -> again.carryOut(introduction(TrustRole.BUNDLE), Optional.empty()))
                .isInstanceOfSatisfying(CommandException.class, failed -> {
                    assertThat(failed.exitCode()).isEqualTo(ExitCode.USAGE);
                    assertThat(failed.remedy()).contains("trust-root sign", "--signed", "delete it");
                })
                .hasMessageContaining(draft + " waits with 1 signature");

        assertThat(Files.readAllBytes(draft)).isEqualTo(waiting);
        requireNothingChanged();
    }

    @Test
    void aDraftThatNobodyElseSignedIsMadeAgain() throws Exception {
        Files.move(keys.root().orElseThrow(), directory.resolve("offline.pem"));
        carryOut(introduction(TrustRole.BUNDLE, NOW));
        byte[] first = Files.readAllBytes(KeyChange.draftFile(keys));

        carryOut(introduction(TrustRole.BUNDLE, NOW.plusMillis(1)));

        assertThat(Files.readAllBytes(KeyChange.draftFile(keys))).isNotEqualTo(first);
    }

    @Test
    void aDraftThatIsInForceStandsInNobodysWay() throws Exception {
        Path draft = signedElsewhere(introduction(TrustRole.BUNDLE));
        carryOut(introduction(TrustRole.BUNDLE), Optional.of(draft));

        assertThat(carryOut(retirement(TrustRole.BUNDLE, T2.plusMillis(1)))).isEmpty();

        assertThat(TrustRootDraft.parse(Files.readAllBytes(draft)).version()).isEqualTo(3);
    }

    @Test
    void aVersionSignedElsewhereIsInstalledOnceItIsSigned() throws Exception {
        Path draft = signedElsewhere(introduction(TrustRole.BUNDLE));
        requireNothingChanged();

        carryOut(introduction(TrustRole.BUNDLE), Optional.of(draft));
        carryOut(introduction(TrustRole.BUNDLE), Optional.of(draft));

        requireIntroduced(TrustRole.BUNDLE);
    }
}
