// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.azure;

import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.ObjectName;
import java.net.URI;
import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Which container, and how it is used.
 *
 * @param container its name
 * @param prefix what all blob names begin with; empty, or a name of the form of {@link ObjectName}, without a final slash
 * @param access where the account is, and by what right
 * @param lockMode how blobs are locked: {@link LockMode#COMPLIANCE} is a policy in state {@code Locked}, {@link
 *     LockMode#GOVERNANCE} one in state {@code Unlocked}
 * @param blockBytes larger objects are stored in blocks of this size, one of which is held in memory
 */
public record AzureSettings(String container, String prefix, Access access, LockMode lockMode, int blockBytes) {
    public static final int BLOCK_BYTES_MIN = 64 * 1024;
    public static final int BLOCK_BYTES_MAX = 256 * 1024 * 1024;

    private static final Pattern CONTAINER = Pattern.compile("(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*");

    /** Where the account is, and by what right it is used. */
    public sealed interface Access {}

    /**
     * With the credentials of Azure's default chain: environment, workload identity, managed identity, developer tools.
     *
     * @param endpoint URL of the account's blob service; https, as tokens are sent to it
     */
    public record DefaultChain(URI endpoint) implements Access {
        public DefaultChain {
            if (!"https".equals(endpoint.getScheme()) || endpoint.getHost() == null) {
                throw new IllegalArgumentException("not a https URL: " + endpoint);
            }
        }
    }

    /** With the connection string in a file that only its owner can read; it names the account and holds its key. */
    public record ConnectionString(Path file) implements Access {}

    public AzureSettings {
        Objects.requireNonNull(access);
        Objects.requireNonNull(lockMode);
        if (!CONTAINER.matcher(container).matches()) {
            throw new IllegalArgumentException("not the name of a container: " + container);
        }
        if (!prefix.isEmpty()) {
            ObjectName unused = new ObjectName(prefix); // throws if it is none
        }
        if (blockBytes < BLOCK_BYTES_MIN || blockBytes > BLOCK_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "blocks of " + blockBytes + " bytes, not " + BLOCK_BYTES_MIN + " to " + BLOCK_BYTES_MAX);
        }
    }

    String key(ObjectName name) {
        return prefix.isEmpty() ? name.path() : prefix + "/" + name.path();
    }

    /** {@code azure://container/prefix}. */
    @Override
    public String toString() {
        return "azure://" + container + (prefix.isEmpty() ? "" : "/" + prefix);
    }
}
