// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiPredicate;

/** Puts together what a store lists page by page: of each name the oldest version. A name may go on on the next page. */
public final class VersionedNames {
    private final StoreListing.Visitor visitor;
    private final BiPredicate<String, String> isOlder;
    private final Map<String, Versioned> pending = new LinkedHashMap<>();

    private static final class Versioned {
        private String oldest;
        private long bytes;
        private int versions;
        private boolean hidden;
    }

    /**
     * @param visitor told of each name once its last version was seen
     * @param isOlder whether the first version, which was listed later, is older than the second
     */
    public VersionedNames(StoreListing.Visitor visitor, BiPredicate<String, String> isOlder) {
        this.visitor = visitor;
        this.isOlder = isOlder;
    }

    /** A version that holds bytes. */
    public void version(String name, String id, long bytes) {
        Versioned versioned = pending.computeIfAbsent(name, unused -> new Versioned());
        if (versioned.oldest == null || isOlder.test(id, versioned.oldest)) {
            versioned.oldest = id;
            versioned.bytes = bytes;
        }
        versioned.versions++;
    }

    /** The name was deleted, as far as that goes. */
    public void hidden(String name) {
        pending.computeIfAbsent(name, unused -> new Versioned()).hidden = true;
    }

    /** The page ended; the next one may go on with this name. */
    public void pageEnds(String goesOnWith) throws IOException {
        Versioned open = pending.remove(goesOnWith);
        end();
        if (open != null) {
            pending.put(goesOnWith, open);
        }
    }

    /** There is no further page. */
    public void end() throws IOException {
        for (Map.Entry<String, Versioned> named : pending.entrySet()) {
            Versioned found = named.getValue();
            if (found.versions > 0) {
                visitor.found(new StoredObject(
                        named.getKey(), found.oldest, found.bytes, found.hidden || found.versions > 1));
            }
        }
        pending.clear();
    }
}
