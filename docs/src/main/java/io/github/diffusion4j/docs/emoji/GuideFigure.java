package io.github.diffusion4j.docs.emoji;

import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.docs.figures.Sheet;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** A figure of a guide: pictures in rows and columns, which are not drawn before they are asked for. */
final class GuideFigure {

    private final String name;
    private final List<String> columns;
    private final List<Row> rows = new ArrayList<>();

    /** A row: what it is called, what there is to say of it, and what draws its pictures. */
    private record Row(String name, String note, Callable<List<HostArray>> pictures) {}

    /** A figure without rows, by the name of its file. */
    GuideFigure(String name, List<String> columns) {
        this.name = name;
        this.columns = List.copyOf(columns);
    }

    /** Adds a row with a picture for each column. */
    GuideFigure row(String row, String note, Callable<List<HostArray>> pictures) {
        rows.add(new Row(row, note, pictures));
        return this;
    }

    String name() {
        return name;
    }

    int rows() {
        return rows.size();
    }

    /** Draws the pictures of all rows, and tells of each row. */
    List<List<HostArray>> drawn(Runnable each) {
        return Captions.together(rows.stream().<Callable<List<HostArray>>>map(row -> () -> {
            List<HostArray> pictures = row.pictures().call();
            each.run();
            return pictures;
        }).toList());
    }

    /** The sheet of what was drawn. */
    Sheet sheet(List<List<HostArray>> drawn) {
        Sheet sheet = new Sheet(columns);
        for (int k = 0; k < rows.size(); k++) {
            sheet.row(rows.get(k).name(), rows.get(k).note(), drawn.get(k).stream().map(picture -> Sheet.image(picture, 0)).toList());
        }
        return sheet;
    }
}
