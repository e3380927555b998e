// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.tallystick.export.store.Content;
import io.tallystick.export.store.ForwardingStore;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.Protection;
import io.tallystick.export.store.PutOutcome;
import java.io.IOException;

/** Ends the process at one PUT as {@code kill -9} would: nothing is closed, nothing is cleaned up. */
final class HaltingStore extends ForwardingStore {
    /** Status of a process that died at its point. */
    static final int HALTED = 86;

    /** When a process dies. */
    enum Moment {
        /** The object is not there. */
        BEFORE,
        /** The object is there; the writer never learns of it. */
        AFTER
    }

    /**
     * Where a process dies.
     *
     * @param object path of the object whose PUT it is
     */
    record Point(Moment moment, String object) {
        static Point before(String object) {
            return new Point(Moment.BEFORE, object);
        }

        static Point after(String object) {
            return new Point(Moment.AFTER, object);
        }
    }

    private final Point point;

    /** @param point where the process dies */
    HaltingStore(ObjectStore store, Point point) {
        super(store);
        this.point = point;
    }

    @Override
    public PutOutcome putIfAbsent(ObjectName name, Content content, Protection protection) throws IOException {
        haltIf(Moment.BEFORE, name);
        PutOutcome outcome = super.putIfAbsent(name, content, protection);
        haltIf(Moment.AFTER, name);
        return outcome;
    }

    private void haltIf(Moment moment, ObjectName name) {
        if (point.equals(new Point(moment, name.path()))) {
            Runtime.getRuntime().halt(HALTED);
        }
    }
}
