// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Wrote the directories below {@code src/test/resources/bundles}, once; they are checked in and never written again, so
 * that today's bundles verify for ever. Kept to say how they were made, and to make further ones:
 * {@code GoldenBundles <new folder>}.
 */
final class GoldenBundles {
    private static final long SEED = 20_261_121L;

    private GoldenBundles() {}

    private interface Tamper {
        void with(Tampering bucket) throws IOException;
    }

    public static void main(String[] arguments) throws IOException {
        Path root = Files.createDirectories(Path.of(arguments[0]));
        Path first = Files.createDirectories(root.resolve("four-windows"));
        Scenario scenario = Scenario.write(first, SEED);
        write(scenario, root, "payload-edited_fail", t -> t.acme(0).editLine(Scenario.DATA, 2, "second", "sekond"));
        write(scenario, root, "window-missing_fail", t -> Scenario.deleteAll(t.acme(1).folder));
        write(scenario, root, "foreign-key_fail", t -> t.reseal(t.acme(1), new TestKeys().bundle));
        Scenario anchored = AnchoredScenario.write(Files.createDirectories(root.resolve("rotated-and-anchored")), SEED);
        write(
                anchored,
                root,
                "covering-leaves-missing_fail",
                t -> Files.delete(t.leaves(2).resolve("leaves.ndjson")));
        write(anchored, root, "receipt-exchanged_fail", t -> {
            Path stamp = TestAnchors.folder(t.bucket, 3).resolve("tsa1.tsr");
            Files.write(
                    stamp, Files.readAllBytes(TestAnchors.folder(t.bucket, 0).resolve("tsa1.tsr")));
        });
    }

    private static void write(Scenario scenario, Path root, String name, Tamper tamper) throws IOException {
        tamper.with(new Tampering(scenario, Files.createDirectories(root.resolve(name))));
    }
}
