// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import io.tallystick.json.JsonArray;
import io.tallystick.json.JsonNumber;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonString;
import io.tallystick.json.JsonValue;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Rows under named columns: text for people, JSON for machines. For one thread. */
final class Table {
    private static final int GAP = 2;

    private final String name;
    private final List<String> columns;
    private final List<List<Object>> rows = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    /** @param name of the member in JSON, and the title */
    Table(String name, String... columns) {
        this.name = name;
        this.columns = List.of(columns);
    }

    /** @param cells texts, whole numbers, or doubles with two decimals; as many as there are columns */
    void row(Object... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(cells.length + " cells for " + columns.size() + " columns");
        }
        rows.add(List.of(cells));
    }

    /** A line below the table. */
    void note(String note) {
        notes.add(note);
    }

    String name() {
        return name;
    }

    void print(PrintWriter out) {
        List<List<String>> texts = new ArrayList<>();
        texts.add(columns);
        rows.forEach(row -> texts.add(row.stream().map(Table::text).toList()));
        out.println();
        out.println(name);
        for (List<String> line : texts) {
            StringBuilder padded = new StringBuilder();
            for (int column = 0; column < columns.size(); column++) {
                int index = column;
                int width = texts.stream()
                        .mapToInt(cells -> cells.get(index).length())
                        .max()
                        .orElse(0);
                boolean left = !rows.isEmpty() && rows.get(0).get(column) instanceof String;
                padded.append(String.format(Locale.ROOT, "%" + (left ? "-" : "") + width + "s", line.get(column)));
                padded.append(" ".repeat(GAP));
            }
            out.println(padded.toString().stripTrailing());
        }
        notes.forEach(out::println);
        out.flush();
    }

    JsonObject json() {
        List<JsonValue> objects = new ArrayList<>();
        for (List<Object> row : rows) {
            JsonObject.Builder object = JsonObject.builder();
            for (int column = 0; column < columns.size(); column++) {
                object.put(columns.get(column), value(row.get(column)));
            }
            objects.add(object.build());
        }
        return JsonObject.builder()
                .put("rows", new JsonArray(objects))
                .put("notes", JsonArray.ofStrings(notes))
                .build();
    }

    private static String text(Object cell) {
        if (cell instanceof Double number) {
            return number.isNaN() ? "-" : String.format(Locale.ROOT, number < 1000 ? "%,.2f" : "%,.0f", number);
        }
        return cell instanceof Number number ? String.format(Locale.ROOT, "%,d", number.longValue()) : cell.toString();
    }

    private static JsonValue value(Object cell) {
        if (cell instanceof Double number) {
            return number.isNaN() ? new JsonString("-") : JsonNumber.of(Math.rint(number * 1000) / 1000);
        }
        return cell instanceof Number number ? JsonNumber.of(number.longValue()) : new JsonString(cell.toString());
    }
}
