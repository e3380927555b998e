// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store;

import java.util.regex.Pattern;

/**
 * Name of an object: relative, segments of letters, digits and {@code ._=-} that do not begin with a dot, {@code /}
 * between them, at most 512 characters. So it is a legal path on any file system and a legal key in any bucket.
 *
 * @param path for example {@code v1/tenant=acme/dt=2026-11-21/window_start=20261121T031500Z/manifest.json}
 */
public record ObjectName(String path) implements Comparable<ObjectName> {
    private static final int LENGTH_MAX = 512;
    private static final Pattern FORM =
            Pattern.compile("[A-Za-z0-9_=-][A-Za-z0-9._=-]*(/[A-Za-z0-9_=-][A-Za-z0-9._=-]*)*");

    /** @throws IllegalArgumentException if the path has another form */
    public ObjectName {
        if (path.length() > LENGTH_MAX || !FORM.matcher(path).matches()) {
            throw new IllegalArgumentException("not the name of an object: " + path);
        }
    }

    /** The object {@code file} in the folder {@code directory}. */
    public static ObjectName in(String directory, String file) {
        return new ObjectName(directory + "/" + file);
    }

    @Override
    public int compareTo(ObjectName other) {
        return path.compareTo(other.path);
    }

    @Override
    public String toString() {
        return path;
    }
}
