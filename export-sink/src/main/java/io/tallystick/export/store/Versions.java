// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store;

import java.util.List;
import java.util.Optional;

/**
 * The versions of one name, as the store lists them: the newest first.
 *
 * @param ids of the versions that hold bytes
 * @param sizes their lengths in bytes, in the same order
 * @param markers number of delete markers among them
 */
public record Versions(List<String> ids, List<Long> sizes, int markers) {
    public Versions {
        ids = List.copyOf(ids);
        sizes = List.copyOf(sizes);
    }

    /** Whether no version holds bytes. */
    public boolean isEmpty() {
        return ids.isEmpty();
    }

    /** The one that counts. */
    public Optional<String> oldest() {
        return isEmpty() ? Optional.empty() : Optional.of(ids.get(ids.size() - 1));
    }

    /** Its length in bytes. */
    public long oldestSize() {
        return sizes.get(sizes.size() - 1);
    }

    /** Whether somebody wrote over the first version, or hid it. */
    public boolean isAmbiguous() {
        return ids.size() > 1 || (markers > 0 && !isEmpty());
    }

    @Override
    public String toString() {
        return ids.size() + " versions " + ids + ", the oldest last, and " + markers + " delete markers";
    }
}
