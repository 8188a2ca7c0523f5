using Bookinfo;

// No arguments: the launcher, which starts this same program once per service. With --service: that one service.
return await BookinfoProgram.RunAsync(args);
