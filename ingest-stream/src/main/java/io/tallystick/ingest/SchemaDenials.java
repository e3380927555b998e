// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.tallystick.ingest.decode.Schemas.Lookup;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which schema ids the registry does not have, for the records of one source partition. It is true of a moment only: a schema
 * may be registered in the next one, and a record name it. So a denial counts for records that were in the source before the
 * registry was asked, and for no others, of whatever tenant.
 *
 * <pre>
 *        the record that asked            the source's end as known then
 * -------------|------------------------------------|--------------------&gt; offset
 *              |------ these the denial is about ---|  these ask again
 * </pre>
 *
 * <p>For the ingest thread only.
 */
final class SchemaDenials {
    /** More than one poll can ask for. */
    static final int KEPT_MAX = 256;

    private record Denied(Lookup answer, long until) {}

    /** The latest last. */
    private final Map<Integer, Denied> denied = new LinkedHashMap<>();

    private long reading;

    /** What was denied in the one reading of the partition counts in the other, which begins where a record waits. */
    void goOn(long before, long now) {
        if (reading == before) {
            reading = now;
        }
    }

    /**
     * The registry was asked and does not have these.
     *
     * @param of the reading of the partition whose records asked; what is known of another one is forgotten
     * @param until first source offset whose record may not have been there yet
     */
    void add(Map<Integer, Lookup> unknown, long of, long until) {
        if (reading != of) {
            denied.clear();
            reading = of;
        }
        unknown.forEach((id, answer) -> {
            denied.remove(id);
            denied.put(id, new Denied(answer, until));
        });
        Iterator<Integer> eldest = denied.keySet().iterator();
        for (int over = denied.size() - KEPT_MAX; over > 0; over--) {
            eldest.next();
            eldest.remove();
        }
    }

    /** The denial that counts for this record. */
    Optional<Lookup> of(int id, long ofReading, long offset) {
        return Optional.ofNullable(denied.get(id))
                .filter(found -> reading == ofReading && offset < found.until())
                .map(Denied::answer);
    }
}
