// The WCF Data Services client of .NET 4.0, which C# integrations used, against a running gateway.
//   mono DataServices.exe ROOT/ open|password [mode]
using System;
using System.Collections.Generic;
using System.Data.Services.Client;
using System.Linq;
using System.Net;
using TenantReporting;

static partial class DataServices {
    static Gateway gateway;
    static List<Row> daily;   // the truth, by verbose JSON

    static int Main(string[] args) {
        gateway = new Gateway(args[0], args[1]);
        CountedBasic.Install();
        try {
            daily = gateway.Rows("CsP2PAVTimeDaily");
        } catch (Exception e) {
            Checks.Group("rows by JSON, to compare with", () => { throw e; });
            return Checks.Finish();
        }
        var modes = Queries().Concat(Pages()).Concat(Errors()).Concat(Access()).ToList();
        foreach (var mode in modes.Where(m => args.Length < 3 || m.Key == args[2])) Checks.Group(mode.Key, mode.Value);
        return Checks.Finish();
    }

    static KeyValuePair<string, Action> Mode(string name, Action body) { return new KeyValuePair<string, Action>(name, body); }

    static DataServiceContext Context(string zone = "UTC") {
        var c = new DataServiceContext(new Uri(gateway.Root)) { Credentials = Gateway.Reader(), IgnoreMissingProperties = false };
        c.SendingRequest += (s, e) => e.RequestHeaders["X-timezone"] = zone;
        return c;
    }

    static DataServiceQuery<CsP2PAVTimeReport> Set(string name = "CsP2PAVTimeDaily") { return Context().CreateQuery<CsP2PAVTimeReport>(name); }

    static Row Read(CsP2PAVTimeReport r) {
        Checks.Equal(DateTimeKind.Unspecified, r.Date.Kind, "kind of Date");
        return new Row { Date = r.Date, ID = r.ID, TenantGuid = r.TenantGuid, TenantName = r.TenantName, Audio = r.TotalAudioMinutes, Video = r.TotalVideoMinutes };
    }

    static CsP2PAVTimeReport Entity(Row r) {
        return new CsP2PAVTimeReport { Date = r.Date, ID = r.ID, TenantGuid = r.TenantGuid, TenantName = r.TenantName, TotalAudioMinutes = r.Audio, TotalVideoMinutes = r.Video };
    }

    /// The rows of a query, every page of it, in the order they came.
    static List<CsP2PAVTimeReport> All(IQueryable<CsP2PAVTimeReport> query, out int pages) {
        var q = (DataServiceQuery<CsP2PAVTimeReport>)query;
        var context = Context();
        var rows = new List<CsP2PAVTimeReport>();
        var answer = (QueryOperationResponse<CsP2PAVTimeReport>)q.Execute();
        for (pages = 1; ; pages++) {
            rows.AddRange(answer);
            var next = answer.GetContinuation();
            if (next == null) return rows;
            answer = context.Execute(next);
        }
    }

    static List<Row> All(IQueryable<CsP2PAVTimeReport> query) {
        int pages;
        return All(query, out pages).Select(Read).ToList();
    }
}
