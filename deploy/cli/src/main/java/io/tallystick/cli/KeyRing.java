// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.trust.TrustRole;
import io.tallystick.verify.ExitCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The key files of one role, as one setting names them.
 *
 * @param role what the keys sign
 * @param setting the configuration's key
 * @param files in its order: in a rotation the old one before the new one
 */
record KeyRing(TrustRole role, String setting, List<Path> files) implements KeySetting {
    KeyRing {
        files = List.copyOf(files);
    }

    boolean has(Path file) {
        return files.stream().anyMatch(kept -> same(kept, file));
    }

    /** With a new file directly after the old one; as it is if the new one is there. */
    KeyRing with(Path old, Path fresh) {
        if (has(fresh)) {
            return this;
        }
        List<Path> all = new ArrayList<>();
        for (Path file : files) {
            all.add(file);
            if (same(file, old)) {
                all.add(fresh.toAbsolutePath().normalize());
            }
        }
        return new KeyRing(role, setting, all);
    }

    /** With a new file at the end; as it is if it is there. */
    KeyRing with(Path fresh) {
        if (has(fresh)) {
            return this;
        }
        List<Path> all = new ArrayList<>(files);
        all.add(fresh.toAbsolutePath().normalize());
        return new KeyRing(role, setting, all);
    }

    /** @throws CommandException if no other file would be left */
    KeyRing without(Path gone) {
        return without(gone, false);
    }

    /**
     * @param others whether keys of this role are elsewhere as well
     * @throws CommandException if no other key would be left
     */
    KeyRing without(Path gone, boolean others) {
        List<Path> left = files.stream().filter(file -> !same(file, gone)).toList();
        if (left.isEmpty() && !others) {
            throw new CommandException(
                    ExitCode.USAGE,
                    gone + " is the only file of " + setting,
                    "Begin with 'tally keys rotate', which adds the key that takes over.");
        }
        return new KeyRing(role, setting, left);
    }

    private static boolean same(Path one, Path other) {
        return one.toAbsolutePath().normalize().equals(other.toAbsolutePath().normalize());
    }

    @Override
    public String value() {
        return files.stream().map(Path::toString).collect(Collectors.joining(","));
    }
}
