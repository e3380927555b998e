// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers what a store reported. */
public final class Watched implements StoreWatch {
    private final List<String> reports = new CopyOnWriteArrayList<>();

    public List<String> reports() {
        return reports;
    }

    @Override
    public void ambiguous(ObjectName name, String found) {
        reports.add("ambiguous " + name);
    }
}
