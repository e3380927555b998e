// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.Dsse;
import io.tallystick.json.JsonArray;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonParser;
import io.tallystick.json.JsonValue;
import io.tallystick.topic.Topics;
import io.tallystick.trust.KeyFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A ledger whose owner changes its anchors and its bundle key, as he types it; what {@code tally windows} says of it. */
class UpIT {
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String SILENT = "witness.example.com/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X";

    @TempDir
    private Path directory;

    @AutoClose
    private UpProcess up;

    private LedgerHome home() {
        return new LedgerHome(directory.resolve("ledger"));
    }

    private TallyRun tally(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--config", home().config().toString()));
        TallyRun run = TallyRun.of(all.toArray(String[]::new));
        assertThat(run.exitCode()).as(run.everything()).isZero();
        return run;
    }

    /** The start of a window after another of which {@code tally windows} says all of this. */
    private Optional<String> window(String after, String... said) throws Exception {
        JsonValue rows = JsonParser.parse(
                tally("windows", "--output", "json").out().strip().getBytes(StandardCharsets.UTF_8), 8);
        for (JsonObject row : ((JsonArray) rows).objects()) {
            String text = OutputOption.text(row);
            if (row.string("start").compareTo(after) > 0 && Stream.of(said).allMatch(text::contains)) {
                return Optional.of(row.string("start"));
            }
        }
        return Optional.empty();
    }

    private String awaitWindow(String after, String... said) throws Exception {
        AtomicReference<String> found = new AtomicReference<>();
        await().atMost(PATIENCE).until(() -> {
            window(after, said).ifPresent(found::set);
            return found.get() != null;
        });
        return found.get();
    }

    /** Ids of the keys that signed the operator's bundles, oldest bundle first. */
    private List<String> signers() throws Exception {
        List<String> signers = new ArrayList<>();
        for (Path bundle : BundleCounts.bundles(home().bucket(), Topics.OPERATOR)) {
            signers.add(Dsse.parse(Files.readAllBytes(bundle.resolve(BundleLayout.DSSE)))
                    .keyid());
        }
        return signers;
    }

    @Test
    void anchorsAndBundleKeyChangeWhileEvidenceGoesOn() throws Exception {
        up = UpProcess.start(home().directory(), WINDOW);
        String first = awaitWindow("", "\"exported\":true", "\"logged\":{\"by\":1,\"of\":1}", "\"waitsFor\":[]");
        // A window that ended before the operator's first entry is exported without a bundle.
        await().atMost(PATIENCE).until(() -> !signers().isEmpty());
        LedgerKeys keys = LedgerKeys.of(ConfigFile.read(home().config()));
        Path fresh = home().keys().resolve("bundle-p256-2.pem");
        tally(
                "keys",
                "rotate",
                "--key",
                keys.bundle().get(0).toString(),
                "--new",
                fresh.toString(),
                "--in",
                "0",
                "--overlap",
                "1h");
        up.stop();
        List<String> lines = new ArrayList<>(Files.readAllLines(home().config()));
        lines.replaceAll(line -> line.startsWith("ledger.anchors=") ? "ledger.anchors=w1" : line);
        lines.addAll(List.of(
                "ledger.anchor.w1.type=witness",
                "ledger.anchor.w1.url=http://127.0.0.1:9",
                "ledger.anchor.w1.vkey=" + SILENT));
        Files.write(home().config(), lines);

        up = UpProcess.start(home().directory(), WINDOW);
        awaitWindow(first, "\"exported\":true", "\"cosigned\":{\"by\":0,\"of\":1}", "\"waitsFor\":[\"anchor w1\"]");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(new TreeSet<>(signers())).hasSize(2));
        TallyRun shown = tally("windows");
        up.stop();

        assertThat(shown.out()).contains("waits for", "0/1", "anchor w1");
        List<String> signers = signers();
        String newKey = newKeyId(keys, fresh);
        assertThat(signers.get(0)).isNotEqualTo(newKey);
        assertThat(signers.get(signers.size() - 1)).isEqualTo(newKey);
        TallyRun verified = TallyRun.of(
                "verify",
                home().bucket().toString(),
                "--trust-root",
                home().trustRoot().toString());
        assertThat(verified.exitCode()).as(verified.everything()).isZero();
    }

    private static String newKeyId(LedgerKeys keys, Path file) {
        return PassphraseOptions.use(keys.passphrase(), secret -> {
            try (var key = KeyFile.read(file, secret)) {
                return key.keyId();
            }
        });
    }
}
