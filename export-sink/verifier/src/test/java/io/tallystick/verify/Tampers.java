// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static io.tallystick.verify.Scenario.DATA;

import io.tallystick.verify.MutationTest.Mutation;
import java.util.List;
import java.util.function.Consumer;

/** Ways of tampering with a bundle that several rows share. */
final class Tampers {
    private Tampers() {}

    static Mutation row(String name, Phase phase, String message, MutationTest.Tamper tamper) {
        return new Mutation(name, ExitCode.FAILED, phase, message, tamper);
    }

    /** Changes the content of a data file, and lets the manifest and every signature say so: an insider's work. */
    static MutationTest.Tamper insider(String data, Consumer<List<String>> change) {
        return t -> {
            t.acme(0).edit(data, lines -> {
                change.accept(lines);
                return lines;
            });
            t.acme(0).describe(data);
            t.reseal(t.acme(0));
            t.only(t.acme(0));
        };
    }

    static MutationTest.Tamper line(int index, String old, String replacement) {
        return insider(DATA, lines -> {
            if (!lines.get(index).contains(old)) {
                throw new IllegalStateException("line does not hold " + old + ": " + lines.get(index));
            }
            lines.set(index, lines.get(index).replace(old, replacement));
        });
    }

    /** Changes the manifest of acme's window and signs it anew. */
    static MutationTest.Tamper manifest(int window, String old, String replacement) {
        return t -> {
            t.acme(window).replace("manifest.json", old, replacement);
            t.reseal(t.acme(window));
            t.only(t.acme(window));
        };
    }

    static MutationTest.Tamper manifestHex(int window, String before) {
        return t -> {
            t.acme(window).flipHexAfter("manifest.json", before);
            t.reseal(t.acme(window));
            t.only(t.acme(window));
        };
    }

    static MutationTest.Tamper proofs(int window, String old, String replacement) {
        return t -> {
            t.acme(window).replace("proofs/registry.json", old, replacement);
            t.reseal(t.acme(window));
            t.only(t.acme(window));
        };
    }

    static MutationTest.Tamper proofsHex(int window, String before) {
        return t -> {
            t.acme(window).flipHexAfter("proofs/registry.json", before);
            t.reseal(t.acme(window));
            t.only(t.acme(window));
        };
    }

    static MutationTest.Tamper stored(byte[] content) {
        return t -> {
            t.acme(0).write(DATA, content);
            t.reseal(t.acme(0));
            t.only(t.acme(0));
        };
    }

    static MutationTest.Tamper drop(String path) {
        return t -> t.acme(3).delete(path);
    }
}
