package io.github.diffusion4j.samplers.tables;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TableTest {

    private static final Table TABLE = new Table(List.of("name", "log_snr", "n"), List.of(List.of("a,b \"c\"", -1.25e-7, 3), Arrays.asList("d_e", Double.NEGATIVE_INFINITY, null)));

    @Test
    void csv_quotes_as_rfc_4180_and_tsv_has_tabs() {
        assertEquals("name,log_snr,n\n\"a,b \"\"c\"\"\",-1.25E-7,3\nd_e,-Infinity,\n", TABLE.csv());
        assertEquals("name\tlog_snr\tn\na,b \"c\"\t-1.25E-7\t3\nd_e\t-Infinity\t\n", TABLE.tsv());
    }

    @Test
    void json_has_null_for_what_it_has_no_word_for() throws Exception {
        JsonNode root = new JsonMapper().readTree(TABLE.json());
        assertEquals(-1.25e-7, root.path("log_snr").get(0).asDouble());
        assertTrue(root.path("log_snr").get(1).isNull() && root.path("n").get(1).isNull());
        assertEquals("a,b \"c\"", root.path("name").get(0).asText());
    }

    @Test
    void markdown_and_latex_have_six_digits() {
        assertEquals("| name | log_snr | n |\n| --- | ---: | ---: |\n| a,b \"c\" | -1.25000e-07 | 3 |\n| d_e | -Infinity |  |\n", TABLE.markdown());
        assertEquals("\\begin{tabular}{lrr}\n\\toprule\nname & $\\log \\mathrm{SNR}$ & n \\\\\n\\midrule\na,b \"c\" & $-1.25000 \\times 10^{-7}$ & 3 \\\\\nd\\_e & $-\\infty$ &  \\\\\n\\bottomrule\n"
                + "\\end{tabular}\n", TABLE.latex());
    }

    @Test
    void a_bar_in_a_cell_is_no_column() {
        assertEquals("| a |\n| --- |\n| x\\|y |\n", new Table(List.of("a"), List.of(List.of("x|y"))).markdown());
    }

    @Property(seed = "20")
    void a_stride_keeps_the_first_and_the_last_row(@ForAll @IntRange(min = 1, max = 200) int rows, @ForAll @IntRange(min = 1, max = 250) int stride) {
        Table all = new Table(List.of("i"), java.util.stream.IntStream.range(0, rows).mapToObj(i -> List.<Object>of(i)).toList());
        Table few = all.every(stride);
        assertEquals(0, few.rows().get(0).get(0));
        assertEquals(rows - 1, few.rows().get(few.rows().size() - 1).get(0));
        assertEquals((rows - 1) / stride + 1 + ((rows - 1) % stride == 0 ? 0 : 1), few.rows().size());
    }

    @Test
    void tables_stand_below_each_other_with_all_columns() {
        Table both = new Table(List.of("a", "b"), List.of(List.of(1, 2))).and(new Table(List.of("b", "c"), List.of(List.of(3, 4))));
        assertEquals("a,b,c\n1,2,\n,3,4\n", both.csv());
    }

    @Test
    void rows_have_as_many_cells_as_columns_and_strides_are_positive() {
        assertThrows(IllegalArgumentException.class, () -> new Table(List.of("a", "b"), List.of(List.of(1))));
        assertThrows(IllegalArgumentException.class, () -> TABLE.every(0));
    }

    @Test
    void a_quantity_that_is_misspelt_is_told_the_nearest() {
        assertEquals(Quantity.LOG_SNR, Quantity.named("log_snr"));
        String message = assertThrows(IllegalArgumentException.class, () -> Quantity.named("logsnr")).getMessage();
        assertTrue(message.startsWith("unknown quantity 'logsnr'; nearest are log_snr, "), message);
    }
}
