// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.evidence;

import io.tallystick.bundle.BundleException;
import io.tallystick.verify.EntryProver;
import io.tallystick.verify.NoSuchEntryException;
import io.tallystick.verify.WantedEntry;
import java.io.IOException;
import java.nio.file.Path;

/** Cuts one proof, in a JVM that has done nothing before: the folder and the entry's seq are the arguments. */
final class ProveMain {
    private ProveMain() {}

    public static void main(String[] args) throws IOException, BundleException, NoSuchEntryException {
        EntryProver.cut(Path.of(args[0]), new WantedEntry.At(BundleMaker.CHAIN, Long.parseLong(args[1])));
    }
}
