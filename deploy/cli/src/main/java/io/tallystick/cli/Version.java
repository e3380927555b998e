// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** Which program this is, as the build left it in the jar. */
final class Version implements IVersionProvider {
    private static final Properties BUILD = read();

    private static Properties read() {
        Properties build = new Properties();
        try (InputStream in = Version.class.getResourceAsStream("/io/tallystick/cli/build.properties")) {
            build.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return build;
    }

    @Override
    public String[] getVersion() {
        return new String[] {"tally " + text()};
    }

    static String text() {
        return BUILD.getProperty("version");
    }

    /** Commit of its source, {@code unknown} where the build was not told. */
    static String commit() {
        return BUILD.getProperty("commit");
    }
}
