// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.s3;

import java.util.List;
import java.util.Optional;

/**
 * The versions of one name, as the store lists them: the newest first.
 *
 * @param ids of the versions that hold bytes
 * @param sizes their lengths in bytes, in the same order
 * @param markers number of delete markers among them
 */
record Versions(List<String> ids, List<Long> sizes, int markers) {
    Versions {
        ids = List.copyOf(ids);
        sizes = List.copyOf(sizes);
    }

    boolean isEmpty() {
        return ids.isEmpty();
    }

    /** The one that counts. */
    Optional<String> oldest() {
        return isEmpty() ? Optional.empty() : Optional.of(ids.get(ids.size() - 1));
    }

    long oldestSize() {
        return sizes.get(sizes.size() - 1);
    }

    boolean isAmbiguous() {
        return ids.size() > 1 || (markers > 0 && !isEmpty());
    }

    @Override
    public String toString() {
        return ids.size() + " versions " + ids + ", the oldest last, and " + markers + " delete markers";
    }
}
