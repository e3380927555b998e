// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.verify.ExitCode;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LocalAnchorLogTest {
    private static final LedgerHome HOME = new LedgerHome(Path.of("/srv/ledger"));

    private final Map<String, String> properties = new TreeMap<>();

    private void startAgainWith(String anchors) {
        LocalAnchorLog.configure(HOME, properties);
        properties.put("ledger.anchors", anchors);
    }

    @Test
    void aLedgerThatSaysNothingOfAnchorsGetsTheLog() {
        LocalAnchorLog.configure(HOME, properties);

        assertThat(properties).isEqualTo(LocalAnchorLog.defaults(HOME));
    }

    @Test
    void anUnchangedLogGoesWhenOtherAnchorsAreNamed() {
        startAgainWith("w1");
        properties.put("ledger.anchor.w1.type", "witness");

        LocalAnchorLog.configure(HOME, properties);

        assertThat(properties).isEqualTo(Map.of("ledger.anchors", "w1", "ledger.anchor.w1.type", "witness"));
    }

    @Test
    void noAnchorsAtAllMayBeNamed() {
        startAgainWith("");

        LocalAnchorLog.configure(HOME, properties);

        assertThat(properties).isEqualTo(Map.of("ledger.anchors", ""));
    }

    @Test
    void theLogComesAgainWithItsId() {
        startAgainWith("w1");
        LocalAnchorLog.configure(HOME, properties);
        properties.put("ledger.anchors", "w1, log");

        LocalAnchorLog.configure(HOME, properties);

        assertThat(properties)
                .containsAllEntriesOf(Map.of("ledger.anchors", "w1, log", "ledger.anchor.log.type", "log"))
                .hasSize(4);
    }

    @Test
    void aLogThatWasMovedStaysAsItsOwnerSays() {
        LocalAnchorLog.configure(HOME, properties);
        properties.put("ledger.anchor.log.file", "/mnt/other/log.ndjson");
        Map<String, String> before = Map.copyOf(properties);

        LocalAnchorLog.configure(HOME, properties);

        assertThat(properties).isEqualTo(before);
    }

    @Test
    void whatItsOwnerWroteIsNotTakenOutButNamed() {
        startAgainWith("w1");
        properties.put("ledger.anchor.log.file", "/mnt/other/log.ndjson");
        properties.put("ledger.anchor.w2.type", "witness");

        assertThatThrownBy(() -> LocalAnchorLog.configure(HOME, properties))
                .isInstanceOfSatisfying(CommandException.class, refused -> {
                    assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
                    assertThat(refused.remedy()).contains("Remove those lines");
                })
                .hasMessageContainingAll(
                        HOME.config().toString(), "ledger.anchor.log.file, ledger.anchor.w2.type", "ledger.anchors=w1");
    }
}
