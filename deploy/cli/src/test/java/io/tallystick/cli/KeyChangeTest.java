// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.PublicKey;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.verify.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each step of a change of keys fails; then the command is repeated. */
class KeyChangeTest extends KeyChangeFixture {
    /** Somebody in the way of a file that is written as {@code <name>.new} first. */
    private Path blocked(Path file) throws Exception {
        Path inTheWay = file.resolveSibling(file.getFileName() + ".new");
        Files.createDirectories(inTheWay.resolve("full"));
        return inTheWay;
    }

    private static void unblock(Path inTheWay) throws Exception {
        Files.delete(inTheWay.resolve("full"));
        Files.delete(inTheWay);
    }

    @ParameterizedTest
    @EnumSource(names = {"CHECKPOINT", "BUNDLE"})
    void aKeyIsIntroducedOnceHoweverOftenItIsAsked(TrustRole role) throws Exception {
        carryOut(introduction(role));
        carryOut(introduction(role));

        requireIntroduced(role);
    }

    @Test
    void aChainThatCannotBeReadStopsTheChangeBeforeItBegins() throws Exception {
        chain.away = true;

        assertThatThrownBy(() -> carryOut(introduction(TrustRole.CHECKPOINT))).isInstanceOf(KafkaException.class);

        requireNothingChanged();
    }

    @ParameterizedTest
    @ValueSource(strings = {"trust-root.json", "trust-root-1.json"})
    void aTrustRootThatCannotBeInstalledIsToldToNobody(String file) throws Exception {
        Path inTheWay = blocked(keys.trustRoot().resolveSibling(file));

        assertThatThrownBy(() -> carryOut(introduction(TrustRole.CHECKPOINT)))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("cannot write");

        requireNothingChanged();
        unblock(inTheWay);
        carryOut(introduction(TrustRole.CHECKPOINT));
        requireIntroduced(TrustRole.CHECKPOINT);
    }

    @Test
    void settingsThatCannotBeWrittenAreWrittenWhenItIsRepeated() throws Exception {
        Path inTheWay = blocked(config);

        assertThatThrownBy(() -> carryOut(introduction(TrustRole.BUNDLE)))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("ledger.properties");

        assertThat(inForce().version()).isEqualTo(2);
        assertThat(chain.events).isEmpty();
        unblock(inTheWay);
        carryOut(introduction(TrustRole.BUNDLE));
        requireIntroduced(TrustRole.BUNDLE);
    }

    @ParameterizedTest
    @CsvSource({"0, false", "0, true", "1, false", "1, true"})
    void whatWasNotToldIsToldWhenItIsRepeated(int before, boolean persisted) throws Exception {
        chain.failsAfter = before;
        chain.persisted = persisted;

        assertThatThrownBy(() -> carryOut(introduction(TrustRole.CHECKPOINT)))
                .isInstanceOfSatisfying(CommandException.class, failed -> {
                    assertThat(failed.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
                    assertThat(failed.remedy()).contains("Repeat");
                })
                .hasMessageContaining("version 2 of the trust root is in force");

        TrustRoot installed = inForce();
        carryOut(introduction(TrustRole.CHECKPOINT));
        assertThat(inForce()).isEqualTo(installed);
        requireIntroduced(TrustRole.CHECKPOINT);
    }

    @ParameterizedTest
    @CsvSource({"CHECKPOINT, 0, false", "CHECKPOINT, 1, true", "BUNDLE, 0, true", "BUNDLE, 1, false"})
    void aKeyIsRetiredOnceWhateverFails(TrustRole role, int before, boolean persisted) throws Exception {
        carryOut(introduction(role));
        chain.failsAfter = before;
        chain.persisted = persisted;
        assertThatThrownBy(() -> carryOut(retirement(role, T2.plusMillis(1)))).isInstanceOf(CommandException.class);

        carryOut(retirement(role, T2.plusMillis(2)));

        assertThat(chain.types())
                .containsExactly(
                        "ledger.key.introduced",
                        "ledger.trust-root.published",
                        "ledger.key.retired",
                        "ledger.trust-root.published");
        assertThat(inForce().version()).isEqualTo(3);
        assertThat(inForce().key(key(old(role)).keyId()).orElseThrow().status()).isEqualTo(KeyStatus.RETIRED);
        LedgerKeys now = LedgerKeys.of(ConfigFile.read(config));
        assertThat(now.ring(Set.of(role)).files()).contains(fresh(role)).doesNotContain(old(role));
    }

    @Test
    void aKeyIsNotRetiredWhileItSigns() throws Exception {
        carryOut(introduction(TrustRole.BUNDLE));

        assertThatThrownBy(() -> carryOut(retirement(TrustRole.BUNDLE, T2)))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("signs until");
        assertThat(inForce().version()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"CHECKPOINT, sealed", "BUNDLE, exported"})
    void aKeyIsNotRetiredWhileWindowsWaitForIt(TrustRole role, String done) throws Exception {
        carryOut(introduction(role));
        KeyStep step = retirement(role, T2.plusMillis(1));

        signedUntil = Optional.of(T2.minus(WINDOW));
        assertThatThrownBy(() -> carryOut(step))
                .isInstanceOfSatisfying(CommandException.class, failed -> {
                    assertThat(failed.exitCode()).isEqualTo(ExitCode.USAGE);
                    assertThat(failed.remedy()).contains("tally windows", done, "--despite-backlog");
                })
                .hasMessageContainingAll("until " + T2, "end after " + T2.minus(WINDOW) + " wait for it");
        signedUntil = Optional.empty();
        assertThatThrownBy(() -> carryOut(step)).hasMessageContaining("no window is " + done);

        assertThat(inForce().version()).isEqualTo(2);
        assertThat(chain.events).hasSize(2);
        signedUntil = Optional.of(T2);
        carryOut(step);
        assertThat(inForce().key(key(old(role)).keyId()).orElseThrow().status()).isEqualTo(KeyStatus.RETIRED);
    }

    @Test
    void aRetirementInForceIsFinishedWhateverWaits() throws Exception {
        carryOut(introduction(TrustRole.CHECKPOINT));
        chain.failsAfter = 0;
        assertThatThrownBy(() -> carryOut(retirement(TrustRole.CHECKPOINT, T2.plusMillis(1))))
                .isInstanceOf(CommandException.class);
        signedUntil = Optional.empty();

        carryOut(retirement(TrustRole.CHECKPOINT, T2.plusMillis(2)));

        assertThat(chain.types()).contains("ledger.key.retired");
    }

    @Test
    void aSignedRetirementWaitsForWindowsAsWell() throws Exception {
        carryOut(introduction(TrustRole.CHECKPOINT));
        KeyStep step = retirement(TrustRole.CHECKPOINT, T2.plusMillis(1));
        Path signed = signedElsewhere(step);
        signedUntil = Optional.of(T1);

        assertThatThrownBy(() -> carryOut(step, Optional.of(signed)))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("wait for it");
        assertThat(inForce().version()).isEqualTo(2);
    }

    @Test
    void theOnlyKeyOfItsRoleIsNotRetired() {
        assertThatThrownBy(() -> retirement(TrustRole.BUNDLE, T2))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("the only file of ledger.bundle.key.file");
    }

    @Test
    void aKeyThatIsListedForSomethingElseTakesOverFromNone() throws Exception {
        PublicKey listed = key(keys.signing().get(1));
        KeyStep step = new KeyIntroduction(
                keys.ring(old(TrustRole.BUNDLE)),
                key(old(TrustRole.BUNDLE)).keyId(),
                listed,
                new KeyIntroduction.Overlap(T1, T2, END, NOW));

        assertThatThrownBy(() -> carryOut(step))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("does not take over");
        requireNothingChanged();
    }

    @ParameterizedTest
    @EnumSource(names = {"CHECKPOINT", "BUNDLE"})
    void theNewKeyAndTheTrustRootOutliveTheOldKey(TrustRole role) throws Exception {
        TrustRoot before = inForce();

        TrustRoot next = carryOut(introduction(role)).orElseThrow();

        assertThat(before.expires()).isBefore(END);
        assertThat(next.key(key(fresh(role)).keyId()).orElseThrow().notAfter()).isEqualTo(END);
        assertThat(next.expires()).isEqualTo(END);
    }

    @Test
    void aTrustRootThatIsGoodForLongerStaysSo() throws Exception {
        KeyStep step = new KeyIntroduction(
                keys.ring(old(TrustRole.BUNDLE)).with(old(TrustRole.BUNDLE), fresh(TrustRole.BUNDLE)),
                key(old(TrustRole.BUNDLE)).keyId(),
                key(fresh(TrustRole.BUNDLE)),
                new KeyIntroduction.Overlap(T1, T2, T2.plusMillis(1), NOW));
        Instant expires = inForce().expires();

        assertThat(carryOut(step).orElseThrow().expires()).isEqualTo(expires);
    }

    @Test
    void aNewKeyThatDoesNotOutliveTheOldOneIsRefused() throws Exception {
        KeyStep step = new KeyIntroduction(
                keys.ring(old(TrustRole.BUNDLE)),
                key(old(TrustRole.BUNDLE)).keyId(),
                key(fresh(TrustRole.BUNDLE)),
                new KeyIntroduction.Overlap(T1, T2, T2, NOW));

        assertThatThrownBy(() -> carryOut(step))
                .isInstanceOfSatisfying(CommandException.class, failed -> assertThat(failed.remedy())
                        .contains("--valid"))
                .hasMessageContaining("no longer than the old one");
        requireNothingChanged();
    }

    @Test
    void anOverlapThatDoesNotFitIsRefused() throws Exception {
        Instant end =
                inForce().key(key(old(TrustRole.BUNDLE)).keyId()).orElseThrow().notAfter();
        KeyRing ring = keys.ring(old(TrustRole.BUNDLE));
        String oldId = key(old(TrustRole.BUNDLE)).keyId();
        PublicKey fresh = key(fresh(TrustRole.BUNDLE));

        for (KeyIntroduction.Overlap overlap : List.of(
                new KeyIntroduction.Overlap(T1, T1, END, NOW),
                new KeyIntroduction.Overlap(T1, end, END, NOW),
                new KeyIntroduction.Overlap(T2, T1, END, NOW))) {
            assertThatThrownBy(() -> carryOut(new KeyIntroduction(ring, oldId, fresh, overlap)))
                    .isInstanceOfSatisfying(CommandException.class, failed -> assertThat(failed.remedy())
                            .contains("earlier or shorter"))
                    .hasMessageContaining("does not fit");
        }
        requireNothingChanged();
    }
}
